"""The order books of simulated questions: as deep as Gamma says, best prices as Gamma says.

NO's book is kept on its own. It mirrors YES's, but for rare hours in which a small offer of NO has
been left behind, and both outcomes together cost less than the dollar that they pay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from local.exchange.anomalies import Anomaly
from local.exchange.chance import between, happens, unit
from local.exchange.questions import STEP, Phase, Question
from local.exchange.quotes import DOLLAR, Quote, is_uncertain, moved, stub
from prescient.core.market.books import Level, OrderBook
from prescient.core.money import ONE

_MOST_LEVELS = 14
_SHARES = 100  # sizes are whole hundredths of a share
_LEAST_SIZE = 5 * _SHARES
_LEFT_BEHIND_SHARE, _LEFT_BEHIND_FOR = 0.003, timedelta(hours=2)
_LEAST_GAIN, _MOST_GAIN = 20, 50  # mills a pair of YES and NO, before fees
_OFF = (61.0, 140.0)  # mills between a listed quote and a book that contradicts it
_EDGE, _AT_EDGE = Decimal("0.0000004"), Decimal(10_000)


def yes_book(asked: Question, now: datetime) -> OrderBook:
    quote = _best(asked, now)
    if quote.is_empty:
        return OrderBook((), ())
    money = asked.liquidity(now)
    # A bid near 0 risks little: the money lies on the side of what is likely.
    for_bids = money * min(max(quote.price, 0.02), 0.98) if quote.bid else 0.0
    key = f"{asked.market_id}:{(now - asked.calendar.start) // STEP}"
    bids = list(_levels(f"{key}:bids", quote.bid, -quote.tick, for_bids))
    asks = list(_levels(f"{key}:asks", quote.ask, quote.tick, money - for_bids))
    if asked.spell(Anomaly.SIX_DECIMALS, now):
        bids, asks = _with_dust(f"{key}:bids", bids), _with_dust(f"{key}:asks", asks)
    if asked.spell(Anomaly.EDGE_LEVELS, now):
        bids, asks = [*bids, Level(_EDGE, _AT_EDGE)], [*asks, Level(ONE - _EDGE, _AT_EDGE)]
    return OrderBook(tuple(bids), tuple(asks))


def no_book(asked: Question, now: datetime) -> OrderBook:
    mirrored = _mirrored(yes_book(asked, now))
    left = _left_behind(asked, now)
    if left is None or asked.spell(Anomaly.CONTRADICTING_BOOK, now):
        return mirrored
    bids = tuple(level for level in mirrored.bids if level.price < left.price)
    return OrderBook(bids, (left, *mirrored.asks))


def _best(asked: Question, now: datetime) -> Quote:
    """Return the book's best bid and ask: those listed, but for a book that contradicts them.

    One half of those is a stub on both sides, the other half stands more than 0.05 off.
    """
    listed = asked.quote(now)
    key = asked.spell(Anomaly.CONTRADICTING_BOOK, now)
    if key is None or listed.stood or not is_uncertain(listed):
        return listed
    if happens(f"{key}:stub", 1 / 2):
        return stub(listed, both=True)
    direction = 1 if happens(f"{key}:up", 1 / 2) else -1
    return moved(listed, direction * between(f"{key}:mills", *_OFF))


def _with_dust(key: str, levels: Sequence[Level]) -> list[Level]:
    """Return the levels with sizes of six decimals, as what is left of a partly filled order."""
    dust = (Decimal(round(between(f"{key}{place}:dust", 1, 9_999))) for place in range(len(levels)))
    return [
        Level(level.price, level.shares + left.scaleb(-6))
        for level, left in zip(levels, dust, strict=True)
    ]


def _levels(key: str, best: int, step: int, money: float) -> Iterator[Level]:
    """Yield levels from the best price outwards, ever further apart; `money` is their sum."""
    prices = [
        price
        for number in range(_MOST_LEVELS)
        if 0 < (price := best + step * (number + number**2 // 6)) < DOLLAR
    ]
    weights = [unit(f"{key}{number}") + 0.2 + number / 5 for number in range(len(prices))]
    total = sum(weights)
    for price, weight in zip(prices, weights, strict=True):
        cost = (price if step < 0 else DOLLAR - price) / DOLLAR
        size = int(money * weight / total / cost * _SHARES)
        if size >= _LEAST_SIZE or price == best:
            yield _level(price, max(size, _LEAST_SIZE))


def _left_behind(asked: Question, now: datetime) -> Level | None:
    """Return a forgotten offer of NO that is cheaper than YES's bids imply, mostly None."""
    window = (now - asked.calendar.start) // _LEFT_BEHIND_FOR
    key = f"{asked.market_id}:{window}:left"
    if not happens(key, _LEFT_BEHIND_SHARE) or asked.phase(now) is not Phase.TRADING:
        return None
    quote = asked.quote(now)
    ticks = round(between(f"{key}:gain", _LEAST_GAIN, _MOST_GAIN) / quote.tick)
    price = DOLLAR - quote.ask - max(1, ticks) * quote.tick
    if quote.bid == 0 or quote.is_empty or price < _LEAST_GAIN:
        return None
    return _level(price, int(between(f"{key}:size", 20, 150)) * _SHARES)


def _level(price: int, size: int) -> Level:
    """Return a level from mills and hundredths of a share."""
    return Level(Decimal(price).scaleb(-3), Decimal(size).scaleb(-2))


def _mirrored(book: OrderBook) -> OrderBook:
    """Return the other outcome's book: an offer of one is a bid for the other."""
    return OrderBook(tuple(map(_opposite, book.asks)), tuple(map(_opposite, book.bids)))


def _opposite(level: Level) -> Level:
    return Level(ONE - level.price, level.shares)
