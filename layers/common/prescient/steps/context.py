"""What a step is given: its database, the exchange, the time and the limits over all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from prescient.core.markets import MarketId
from prescient.core.portfolios import GlobalLimits
from prescient.polymarket.client import EventPage, MarketPage
from prescient.store.database import Database


class Exchange(Protocol):
    """What steps ask of the exchange; every method raises `ExchangeUnavailable`."""

    def event_pages(
        self, *, liquidity_min: Decimal | None, volume_min: Decimal | None
    ) -> Iterator[EventPage]: ...

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage: ...

    def take_counters(self) -> dict[str, int | dict[str, int]]:
        """What was called and skipped since this was last asked."""
        ...


@dataclass(frozen=True, slots=True)
class StepContext:
    """`now` is the clock; `max_concurrency` is how many portfolios a cycle runs at once."""

    database: Database
    exchange: Exchange
    now: Callable[[], datetime]
    shared_limits: GlobalLimits
    max_quote_age: timedelta
    max_concurrency: int
