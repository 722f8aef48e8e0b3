"""What steps are given: the database, the exchange, the time, and their settings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from prescient.core.portfolio.guards import NO_GUARD, Guard
from prescient.core.portfolio.portfolios import GlobalLimits, PortfolioId
from prescient.store.database import Database
from prescient.usecases.support.executions import Executions, UnknownExecutions
from prescient.usecases.support.metrics import Metrics

# Most steps ask no exchange, and what asks it is a fifth of what they would import.
if TYPE_CHECKING:
    from prescient.usecases.support.exchange import Exchange


@dataclass(frozen=True, slots=True)
class StepContext:
    """`now` is the clock, which may ask the network: it is not read within a transaction.

    A quote is at most `max_quote_age` old at the end of `filter` and `max_fill_delay` at a fill.
    A cycle decides on another cycle's batch where that is at most `batch_reuse` old and covers what
    it needs. `sleep` takes seconds: a cycle waits while another one reads the exchange.
    `shared_depth` says whether a cycle's portfolios take from the same books, where the cycle does
    not say so itself.
    `max_concurrency` is how many chunks of at most `portfolios_per_chunk` a cycle runs at once,
    `max_books` how many order books of admitted markets it fetches at most. `tape_retention` is for
    how long the tape is kept whole, `hours_retention` for how long its hourly marks are. Where
    `record_min_liquidity` and `record_min_volume` (dollars an event) ask for less than the
    portfolios do, the tape records that, too. `total_guard` is over the sum of all portfolios.
    `risk_free_rate` is a year's, a fraction. `metrics` is where steps say how much they did,
    `report_failure` where they say which portfolio of a chunk an error has ended. `seconds_left` is
    the time that the function still has. `executions` tells which cycles are being run.
    """

    database: Database
    connect: Callable[[], Exchange]
    now: Callable[[], datetime]
    shared_limits: GlobalLimits
    max_quote_age: timedelta
    max_concurrency: int
    portfolios_per_chunk: int = 20
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
    executions: Executions = field(default_factory=UnknownExecutions)
    report_failure: Callable[[PortfolioId, Exception], None] = lambda *_: None
    seconds_left: Callable[[], float] = lambda: math.inf

    @property
    def exchange(self) -> Exchange:
        """The exchange, connected to when first asked for."""
        return self.connect()
