"""What clients see of a cycle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, SkipValidation
from typing_extensions import TypedDict

from prescient.api.exact_json import Written, written
from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money
from prescient.core.deciding.cycles import CycleKind, CyclePortfolioStatus, CycleStatus
from prescient.store.cycle_pages import CycleResultRow, CycleSums, FunnelRow
from prescient.store.cycles import CycleRow

STEPS = (
    ("filter", "Filter Markets"),
    ("signal", "Generate Signals"),
    ("execute", "Execute Trades"),
    ("snapshot", "Portfolio Snapshot"),
)


def url(cycle_id: int) -> str:
    """Where a cycle is found, relative to the API."""
    return f"/trading/cycles/{cycle_id}"


class StepStatus(StrEnum):
    """How far a step of a portfolio's cycle is."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Step(TypedDict):
    """A step of a cycle, with what it did for the portfolio."""

    step: str
    name: str
    status: StepStatus
    details: Mapping[str, Any]


class PortfolioResult(TypedDict):
    """The result of a cycle for one portfolio.

    `funnel` counts the candidates left after each rule, `rejections` the signals refused by reason;
    `equity` is null until the portfolio's part has completed, `error` says why one failed or was
    skipped.
    """

    portfolio_id: int
    portfolio_name: str
    strategy_type: str
    status: CyclePortfolioStatus
    success: bool
    signals_generated: int
    trades_executed: int
    rejections: Mapping[str, int]
    funnel: Mapping[str, int]
    equity: Money | None
    error: str | None
    steps: list[Step]


class CycleSummary(Model):
    """What a cycle did over all of its portfolios, whatever the page shows."""

    total_portfolios: int
    portfolios_processed: int
    successful_portfolios: int
    failed_portfolios: int
    skipped_portfolios: int
    total_trades_executed: int

    @classmethod
    def of(cls, sums: CycleSums) -> Self:
        return cls(
            total_portfolios=sums.portfolios,
            portfolios_processed=sums.completed + sums.failed,
            successful_portfolios=sums.completed,
            failed_portfolios=sums.failed,
            skipped_portfolios=sums.skipped,
            total_trades_executed=sums.trades,
        )


class Cycle(FromAttributes):
    """A cycle; `decided_at` is the end of its filter.

    With `shared_depth` what one portfolio bought was gone for the next; by default each has its own
    copy of the books.
    `counters` are what its last fetch asked of the exchange and left out: calls, retries, bytes,
    skipped rows by reason.
    """

    cycle_id: int
    kind: CycleKind
    status: CycleStatus
    execution_name: str | None
    parameters: Mapping[str, Any]
    batch_id: int | None
    started_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    error: str | None
    counters: Mapping[str, Any]
    shared_depth: bool


class CycleAnswer(PageAnswer):
    """A cycle with a page of its portfolios, by id."""

    cycle: Cycle
    summary: CycleSummary
    portfolio_results: SkipValidation[list[PortfolioResult]]


class PortfolioCycle(TypedDict):
    """What came of a portfolio in a cycle: how many candidates each rule left, and what followed.

    `rejections` are the signals refused by reason; `error` is why its part failed or was skipped.
    """

    cycle_id: int
    started_at: datetime
    status: CyclePortfolioStatus
    funnel: Mapping[str, int]
    signals_generated: int
    trades_executed: int
    rejections: Mapping[str, int]
    equity: Money | None
    error: str | None
    executed_at: datetime | None


class FunnelsAnswer(PageAnswer):
    """A page of what a portfolio did in its cycles, newest first."""

    funnels: SkipValidation[list[PortfolioCycle]]


class CyclesAnswer(PageAnswer):
    """A page of cycles, newest first."""

    cycles: list[Cycle]


class CycleStarted(Model):
    """The cycle goes on; `url` shows how far it is."""

    message: str
    cycle_id: int
    status: CycleStatus
    url: str

    @classmethod
    def of(cls, cycle: CycleRow) -> Self:
        return cls(
            message=f"Trading cycle {cycle.cycle_id} is still running",
            cycle_id=cycle.cycle_id,
            status=cycle.status,
            url=url(cycle.cycle_id),
        )


class SinglePortfolioResult(PortfolioResult):
    """With the cycle that it was a part of."""

    cycle_id: int
    cycle_started: datetime
    cycle_completed: datetime | None


class PortfolioCycleAnswer(Model):
    message: str
    results: SinglePortfolioResult
    timestamp: datetime


class AllPortfoliosAnswer(Model):
    """`cycle_id` is null when there was no active portfolio to run.

    Of more than 1000 portfolios, `next` is where the others are, null where these are all.
    """

    message: str
    cycle_id: int | None
    summary: CycleSummary
    portfolio_results: SkipValidation[list[PortfolioResult]] = Field([])
    next: str | None = None
    timestamp: datetime


def result_shown(row: CycleResultRow, cycle: CycleRow) -> PortfolioResult:
    """Return what clients see of a cycle's result for one portfolio."""
    equity = written(row.equity)
    return {
        "portfolio_id": row.portfolio_id,
        "portfolio_name": row.portfolio_name,
        "strategy_type": row.strategy_type,
        "status": row.status,
        "success": row.status is CyclePortfolioStatus.COMPLETED,
        "signals_generated": row.signals,
        "trades_executed": row.trades,
        "rejections": row.rejections,
        "funnel": row.funnel,
        "equity": equity,
        "error": row.reason,
        "steps": _steps(row, cycle.batch_id, equity),
    }


def single_result_shown(row: CycleResultRow, cycle: CycleRow) -> SinglePortfolioResult:
    """Return what clients see of the cycle of one portfolio."""
    return {
        **result_shown(row, cycle),
        "cycle_id": cycle.cycle_id,
        "cycle_started": cycle.started_at,
        "cycle_completed": cycle.ended_at,
    }


def part_shown(row: FunnelRow) -> PortfolioCycle:
    """Return what clients see of a portfolio's part in one of its cycles."""
    return {
        "cycle_id": row.cycle_id,
        "started_at": row.started_at,
        "status": row.status,
        "funnel": row.funnel,
        "signals_generated": row.signals,
        "trades_executed": row.trades,
        "rejections": row.rejections,
        "equity": written(row.equity),
        "error": row.reason,
        "executed_at": row.executed_at,
    }


def _steps(row: CycleResultRow, batch_id: int | None, equity: Written | None) -> list[Step]:
    """Return the steps as far as they came; a failure is that of the next one."""
    details: tuple[Mapping[str, Any], ...] = (
        {"batch_id": batch_id},
        {"signals_generated": row.signals, "funnel": row.funnel},
        {"trades_executed": row.trades, "rejections": row.rejections},
        {"equity": equity},
    )
    completed = row.status is CyclePortfolioStatus.COMPLETED
    done = (True, bool(row.funnel), row.executed_at is not None, completed)
    reached = done.index(False) if False in done else len(done)
    return [
        {
            "step": step,
            "name": name,
            "status": StepStatus.COMPLETED
            if place < reached
            else _not_completed(row.status, is_next=place == reached),
            "details": details[place] if place < reached else {},
        }
        for place, (step, name) in enumerate(STEPS)
    ]


def _not_completed(portfolio_status: CyclePortfolioStatus, *, is_next: bool) -> StepStatus:
    match portfolio_status:
        case CyclePortfolioStatus.FAILED:
            return StepStatus.FAILED if is_next else StepStatus.SKIPPED
        case CyclePortfolioStatus.SKIPPED:
            return StepStatus.SKIPPED
    return StepStatus.PENDING
