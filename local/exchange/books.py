"""The order books of simulated questions: as deep as Gamma says, best prices as Gamma says.

NO's book is kept on its own. It mirrors YES's, but for rare hours in which a small offer of NO has
been left behind, and both outcomes together cost less than the dollar that they pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from local.exchange.chance import between, happens, unit
from local.exchange.questions import STEP, Phase, Question
from local.exchange.quotes import DOLLAR
from prescient.core.market.books import Level, OrderBook
from prescient.core.money import ONE

_MOST_LEVELS = 14
_SHARES = 100  # sizes are whole hundredths of a share
_LEAST_SIZE = 5 * _SHARES
_LEFT_BEHIND_SHARE, _LEFT_BEHIND_FOR = 0.003, timedelta(hours=2)
_LEAST_GAIN, _MOST_GAIN = 20, 50  # mills a pair of YES and NO, before fees


def yes_book(asked: Question, now: datetime) -> OrderBook:
    quote = asked.quote(now)
    if quote.is_empty:
        return OrderBook((), ())
    money = asked.liquidity(now)
    # Who bids near 0 risks little: the money lies on the side of what is likely.
    for_bids = money * min(max(quote.middle, 0.02), 0.98) if quote.bid else 0.0
    key = f"{asked.market_id}:{(now - asked.calendar.start) // STEP}"
    return OrderBook(
        tuple(_levels(f"{key}:bids", quote.bid, -quote.tick, for_bids)),
        tuple(_levels(f"{key}:asks", quote.ask, quote.tick, money - for_bids)),
    )


def no_book(asked: Question, now: datetime) -> OrderBook:
    mirrored = _mirrored(yes_book(asked, now))
    left = _left_behind(asked, now)
    if left is None:
        return mirrored
    bids = tuple(level for level in mirrored.bids if level.price < left.price)
    return OrderBook(bids, (left, *mirrored.asks))


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
