"""What can be measured, and what steps have measured, which the runtime writes after each call.

Alarms and the dashboard of `template.yaml` know the metrics by these names and dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, StrEnum
from typing import NamedTuple


class Unit(StrEnum):
    """CloudWatch's units, as far as they are needed."""

    COUNT = "Count"
    BYTES = "Bytes"
    SECONDS = "Seconds"


class Measure(Enum):
    """Every metric: its name, its unit, and the dimensions by which its values are told apart.

    Each new value of a dimension is a metric that costs money: they come from closed lists.
    Where a metric is 1 or 0, 1 is good for `Reconciled`, `PricesUpdated` and `CyclesCompleted`.
    """

    # Each call of a function, whose durations and errors Lambda counts for nothing
    STEP_FAILED = "StepFailed", Unit.COUNT
    STEP_ERRORS = "StepErrors", Unit.COUNT, ("function", "error")
    API_ERRORS = "ApiErrors", Unit.COUNT, ("code",)
    # Books
    RECONCILED = "Reconciled", Unit.COUNT
    BROKEN_BOOKS = "BrokenBooks", Unit.COUNT
    # Cycles
    CYCLES_COMPLETED = "CyclesCompleted", Unit.COUNT
    CYCLE_DURATION = "CycleDuration", Unit.SECONDS
    CYCLE_AGE = "CycleAge", Unit.SECONDS
    CYCLES_ABANDONED = "CyclesAbandoned", Unit.COUNT
    PORTFOLIOS_COMPLETED = "PortfoliosCompleted", Unit.COUNT
    PORTFOLIOS_SKIPPED = "PortfoliosSkipped", Unit.COUNT
    PORTFOLIOS_FAILED = "PortfoliosFailed", Unit.COUNT
    TRADES = "Trades", Unit.COUNT
    # Price updates
    PRICES_UPDATED = "PricesUpdated", Unit.COUNT
    PRICE_UPDATE_AGE = "PriceUpdateAge", Unit.SECONDS
    PRICE_UPDATE_DURATION = "PriceUpdateDuration", Unit.SECONDS
    OPEN_POSITIONS = "OpenPositions", Unit.COUNT
    POSITIONS_SETTLED = "PositionsSettled", Unit.COUNT
    POSITIONS_EXITED = "PositionsExited", Unit.COUNT
    POSITIONS_FLAGGED = "PositionsFlagged", Unit.COUNT
    STALE_MARKS = "StaleMarks", Unit.COUNT
    OLDEST_MARK_AGE = "OldestMarkAge", Unit.SECONDS
    DRAWDOWN_WARNINGS = "DrawdownWarnings", Unit.COUNT
    DRAWDOWN_PAUSES = "DrawdownPauses", Unit.COUNT
    # Batches
    BATCH_FAILED = "BatchFailed", Unit.COUNT, ("batch",)
    BATCH_MARKETS = "BatchMarkets", Unit.COUNT, ("batch",)
    EXCHANGE_CALLS = "ExchangeCalls", Unit.COUNT, ("batch",)
    EXCHANGE_RETRIES = "ExchangeRetries", Unit.COUNT, ("batch",)
    EXCHANGE_THROTTLED = "ExchangeThrottled", Unit.COUNT, ("batch",)
    EXCHANGE_BYTES = "ExchangeBytes", Unit.BYTES, ("batch",)
    DUPLICATE_ROWS = "DuplicateRows", Unit.COUNT, ("batch",)
    SKIPPED_ROWS = "SkippedRows", Unit.COUNT, ("batch", "reason")
    VALUATIONS_FAILED = "ValuationsFailed", Unit.COUNT, ("batch",)
    # Research and outcomes
    PORTFOLIOS_MEASURED = "PortfoliosMeasured", Unit.COUNT
    OUTCOMES_ASKED = "OutcomesAsked", Unit.COUNT
    OUTCOMES_FOUND = "OutcomesFound", Unit.COUNT

    def __init__(self, label: str, unit: Unit, dimensions: tuple[str, ...] = ()) -> None:
        self.label = label
        self.unit = unit
        self.dimensions = dimensions


class Metric(NamedTuple):
    """One value of a measure, and the values of its dimensions by their names."""

    measure: Measure
    value: float
    dimensions: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return self.measure.label


class Metrics:
    """The metrics since they were last taken."""

    def __init__(self) -> None:
        self._metrics: list[Metric] = []

    def add(self, measure: Measure, value: float, **dimensions: str) -> None:
        """Note a value. Raises `ValueError` where its dimensions are not those of the measure."""
        if tuple(dimensions) != measure.dimensions:
            raise ValueError(f"{measure.label} has the dimensions {measure.dimensions}")
        self._metrics.append(Metric(measure, value, tuple(dimensions.items())))

    @contextmanager
    def outcome(self, measure: Measure) -> Iterator[None]:
        """Note 1 where the block ends well, 0 where it raises."""
        ended_well = False
        try:
            yield
            ended_well = True
        finally:
            self.add(measure, ended_well)

    def take(self) -> list[Metric]:
        """The metrics, which are then forgotten."""
        taken, self._metrics = self._metrics, []
        return taken
