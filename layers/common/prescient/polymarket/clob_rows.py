"""Answers of the CLOB to core types. A row that cannot be trusted is left out, with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from prescient.core.market.books import Level, OrderBook
from prescient.core.money import ONE, ZERO
from prescient.polymarket.fields import identifier, number, price, rounded
from prescient.polymarket.skip_reasons import RowSkipped, SkipReason

Row = Mapping[str, object]

LARGEST_SIZE = Decimal(10) ** 12  # shares; more than were ever made
SIZE_STEP = Decimal("0.000001")  # shares, as the exchange counts them
LAST_SECOND = Decimal(253_402_300_799)  # of the year 9999


class PricePoint(NamedTuple):
    """The price of an outcome (0–1) at a moment."""

    at: datetime
    price: Decimal


class ResolutionDetails(NamedTuple):
    """How a market ended according to the CLOB; neither is set while it is open."""

    winning_token_id: str | None
    is_fifty_fifty: bool


def parse_books(
    rows: Iterable[object], wanted: Collection[str]
) -> tuple[dict[str, OrderBook], Counter[str]]:
    """Read the books of the `wanted` tokens by token id; count rows and levels left out by reason.

    A bid is rounded down and an ask up to six decimals, a size down to as many.
    """
    books: dict[str, OrderBook] = {}
    skipped: Counter[str] = Counter()
    for row in rows:
        try:
            token_id, book = _book(row, wanted, skipped)
        except RowSkipped as skip:
            skipped[skip.reason.value] += 1
            continue
        books.setdefault(token_id, book)
    return books, skipped


def parse_history(points: Iterable[object]) -> tuple[tuple[PricePoint, ...], Counter[str]]:
    """Read a token's prices, oldest first; of two in one second the last counts."""
    prices: dict[Decimal, Decimal] = {}
    skipped: Counter[str] = Counter()
    for point in points:
        read = point if isinstance(point, Mapping) else {}
        second = number(read.get("t"), at_least=ZERO, at_most=LAST_SECOND)
        seen = price(read.get("p"), ROUND_HALF_UP)
        if second is None or seen is None:
            skipped[SkipReason.BAD_HISTORY_POINT.value] += 1
        else:
            prices[second] = seen
    ordered = (
        PricePoint(datetime.fromtimestamp(int(second), UTC), prices[second])
        for second in sorted(prices)
    )
    return tuple(ordered), skipped


def parse_resolution(row: Row) -> ResolutionDetails:
    """Read how a market ended. Half each needs the flag, and no token marked as the winner."""
    tokens = row.get("tokens")
    listed = (
        [token for token in tokens if isinstance(token, Mapping)]
        if isinstance(tokens, list)
        else []
    )
    winners = [token for token in listed if token.get("winner") is True]
    return ResolutionDetails(
        winning_token_id=identifier(winners[0].get("token_id")) if len(winners) == 1 else None,
        is_fifty_fifty=row.get("is_50_50_outcome") is True and not winners,
    )


def _book(row: object, wanted: Collection[str], skipped: Counter[str]) -> tuple[str, OrderBook]:
    if not isinstance(row, Mapping):
        raise RowSkipped(SkipReason.BAD_BOOK)
    token_id = identifier(row.get("asset_id"))
    if token_id is None or token_id not in wanted:
        raise RowSkipped(SkipReason.NOT_REQUESTED)
    # The exchange sends the best last. Sorting holds whatever it sends.
    bids = sorted(_side(row.get("bids"), ROUND_FLOOR, skipped), key=lambda level: -level.price)
    asks = sorted(_side(row.get("asks"), ROUND_CEILING, skipped), key=lambda level: level.price)
    if bids and asks and bids[0].price > asks[0].price:
        raise RowSkipped(SkipReason.CROSSED_BOOK)
    return token_id, OrderBook(tuple(bids), tuple(asks))


def _side(side: object, rounding: str, skipped: Counter[str]) -> list[Level]:
    """Read the levels of one side, without those of zero shares and those at 0 or 1."""
    if side is None:
        return []
    if not isinstance(side, list):
        raise RowSkipped(SkipReason.BAD_BOOK)
    read = (_level(entry, rounding) for entry in side)
    levels = [level for level in read if level.shares > ZERO]
    inside = [level for level in levels if ZERO < level.price < ONE]
    if len(inside) < len(levels):
        skipped[SkipReason.LEVEL_AT_LIMIT.value] += len(levels) - len(inside)
    return inside


def _level(entry: object, rounding: str) -> Level:
    read = entry if isinstance(entry, Mapping) else {}
    level_price = price(read.get("price"), rounding)
    shares = number(read.get("size"), at_least=ZERO, at_most=LARGEST_SIZE)
    if level_price is None or shares is None:
        raise RowSkipped(SkipReason.BAD_BOOK)
    return Level(level_price, rounded(shares, SIZE_STEP, ROUND_FLOOR))
