"""What the exchange shows of the markets that portfolios hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from prescient.core.market.books import OrderBook, Side
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.exits import HeldOutcome
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.positions import PositionFlag
from prescient.polymarket.pages import MarketPage
from prescient.polymarket.skip_reasons import SkipReason
from prescient.usecases.support.fetching import Fetch


@dataclass(frozen=True)
class HeldPrices:
    """What the exchange answered for the `held` markets, and when.

    `due` are the outcomes at whose listed quotes some position may close, `books` those of them
    that the exchange has, asked for from `books_at` on.
    """

    fetch: Fetch
    held: Sequence[MarketId]
    page: MarketPage
    half_confirmed: frozenset[MarketId]
    due: Sequence[HeldOutcome]
    books: Mapping[Side, OrderBook]
    books_at: datetime
    now: datetime
    total_guard: Guard

    @cached_property
    def missing(self) -> list[MarketId]:
        seen = {market.market_id for market in self.page.markets}
        return [market_id for market_id in self.held if market_id not in seen]

    @property
    def flags(self) -> dict[MarketId, PositionFlag]:
        """What the positions of a market are flagged with that was not, or not all, readable."""
        unread = self.page.unread.items()
        missing = dict.fromkeys(self.missing, PositionFlag.NOT_LISTED)
        missing |= dict.fromkeys(self.page.refused, PositionFlag.EXCHANGE_ERROR)
        return missing | {market_id: _flag(reason) for market_id, reason in unread}

    @property
    def markets_of_exits(self) -> set[MarketId]:
        """Where positions may be settled or sold now."""
        closed = {market.market_id for market in self.page.markets if market.closed}
        return closed | {outcome.market_id for outcome in self.due}


def _flag(unread: SkipReason) -> PositionFlag:
    match unread:
        case SkipReason.PLACEHOLDER:
            return PositionFlag.INACTIVE
        case (
            SkipReason.BAD_QUOTE
            | SkipReason.CROSSED_QUOTE
            | SkipReason.BAD_OUTCOME_PRICES
            | SkipReason.WITHOUT_PRICES
        ):
            return PositionFlag.UNREADABLE_PRICES
        case _:
            return PositionFlag.UNREADABLE_ROW
