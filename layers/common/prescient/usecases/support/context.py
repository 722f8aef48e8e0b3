"""What use cases are given: the database, the time, and what each kind of them needs besides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from prescient.core.market.books import OrderBook
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.guards import NO_GUARD, Guard
from prescient.core.portfolio.portfolios import GlobalLimits
from prescient.polymarket.client import EventPage, MarketPage
from prescient.polymarket.clob_rows import PricePoint, ResolutionDetails
from prescient.polymarket.counters import CountersDocument
from prescient.store.database import Database
from prescient.usecases.support.comparing import Compare
from prescient.usecases.support.functions import Functions
from prescient.usecases.support.judging import Judge
from prescient.usecases.support.metrics import Metrics
from prescient.usecases.support.remembered import Remembered


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


class StateMachine(Protocol):
    """The state machine `trading_cycle`."""

    def start(self, name: str, request: str) -> None:
        """Start an execution with this JSON input; a name that was started before changes nothing.

        Raises `TooManyExecutions` or `StateMachineUnavailable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class StepContext:
    """`now` is the clock, which may ask the network: it is not read within a transaction.

    A quote is at most `max_quote_age` old at the end of `filter` and `max_fill_delay` at a fill.
    A cycle decides on another cycle's batch where that is at most `batch_reuse` old and covers what
    it needs. `sleep` takes seconds: a cycle waits while another one reads the exchange.
    `shared_depth` says whether a cycle's portfolios take from the same books, where the cycle does
    not say so itself.
    `max_concurrency` is how many portfolios a cycle runs at once, `max_books` how many order books
    of admitted markets it fetches at most. `tape_retention` is for how long the tape is kept whole,
    `hours_retention` for how long its hourly marks are. Where `record_min_liquidity` and
    `record_min_volume` (dollars an event) ask for less than the portfolios do, the tape records
    that, too. `total_guard` is over the sum of all portfolios. `risk_free_rate` is a year's, a
    fraction. `metrics` is where steps say how much they did.
    """

    database: Database
    exchange: Exchange
    now: Callable[[], datetime]
    shared_limits: GlobalLimits
    max_quote_age: timedelta
    max_concurrency: int
    max_books: int = 500
    max_fill_delay: timedelta = timedelta(seconds=900)
    shared_depth: bool = False
    batch_reuse: timedelta = timedelta(0)
    sleep: Callable[[float], None] = time.sleep
    tape_retention: timedelta = timedelta(days=3650)
    hours_retention: timedelta = timedelta(days=3650)
    record_min_liquidity: Decimal | None = None
    record_min_volume: Decimal | None = None
    total_guard: Guard = NO_GUARD
    risk_free_rate: float = 0.0
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request over HTTP is answered with.

    `functions` runs the functions of the steps one by one.
    `cycle_wait` is how many seconds a request waits for its cycle, measured by `elapsed`.
    `new_id` gives a fresh unique text of at most 64 letters, digits and dashes.
    `max_quote_age` is how old the quote may be that something is sold at.
    Price updates and cycles are late that long after the last one ended.
    `total_guard` is over the sum of all portfolios.
    `is_healthy` is the last answer of `GET /health`.
    `compare` is None in functions without numpy, which have no route that needs it.
    """

    database: Database
    exchange: Exchange
    max_quote_age: timedelta
    state_machine: StateMachine
    functions: Functions
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    cycle_wait: float
    sleep: Callable[[float], None]
    elapsed: Callable[[], float]
    price_update_late_after: timedelta
    cycle_late_after: timedelta
    total_guard: Guard = NO_GUARD
    is_healthy: Remembered[bool] = field(default_factory=Remembered)
    compare: Compare | None = None
    judge: Judge | None = None
