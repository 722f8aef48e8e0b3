"""The exchange, as use cases ask it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from prescient.core.market.books import OrderBook
from prescient.core.market.markets import MarketId
from prescient.polymarket.clob_rows import PricePoint, ResolutionDetails
from prescient.polymarket.counters import CountersDocument
from prescient.polymarket.pages import EventPage, MarketPage


class Exchange(Protocol):
    """What steps ask of the exchange; every method raises `ExchangeUnavailable`."""

    def event_pages(
        self,
        *,
        liquidity_min: Decimal | None,
        volume_min: Decimal | None,
        end_date_min: datetime | None,
    ) -> Iterator[EventPage]: ...

    def markets_by_id(self, ids: Sequence[MarketId]) -> MarketPage: ...

    def books(self, token_ids: Sequence[str]) -> dict[str, OrderBook]: ...

    def price_histories(
        self, token_ids: Sequence[str], start: datetime, end: datetime, fidelity: timedelta
    ) -> dict[str, tuple[PricePoint, ...]]: ...

    def resolution(self, condition_id: str) -> ResolutionDetails | None: ...

    def one_deadline(self) -> AbstractContextManager[None]:
        """Everything that is asked for within the block ends by one moment."""
        ...

    def take_counters(self) -> CountersDocument:
        """What was called and skipped since this was last asked."""
        ...
