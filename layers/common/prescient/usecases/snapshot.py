"""Store what the portfolio is worth and end its part of the cycle."""

from __future__ import annotations

from decimal import Decimal

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.portfolio.guards import Alert
from prescient.store import cycles, history, portfolios
from prescient.usecases.support import chunks, guarding
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
    cycle_of,
)


class SnapshotResult(PortfolioStepResult):
    """The portfolio's equity in dollars, as a decimal string; null where it cannot be valued."""

    equity: str | None

    @classmethod
    def of(cls, equity: Decimal | None) -> SnapshotResult:
        return cls(equity=None if equity is None else str(equity))


def run(request: PortfolioStepRequest, context: StepContext) -> SnapshotResult:
    """Snapshot and release the claim; a second run answers the first one's result.

    A portfolio into which the newest prices could not be carried keeps the row that its day has,
    or none: its totals tell of another moment.
    """
    now = context.now()
    with context.database.transaction(request.portfolio_id) as session:
        cycle_id = cycle_of(session, request)
        locked = portfolios.send_lock(session, request.portfolio_id)
        claim = cycles.send_portfolio_result(session, cycle_id, request.portfolio_id)
        portfolio, result = locked.get(), claim.get()
        if result.status is CyclePortfolioStatus.COMPLETED:
            return SnapshotResult.of(result.equity)
        cycles.check_claim(result)
        alerts: list[Alert] = []
        equity = portfolio.total_value if portfolio.valuation_error is None else None
        if equity is not None:
            history.add_equity_points(session, [portfolio.portfolio_id], now)
            alerts = guarding.send_watch(session, [portfolio.portfolio_id], now).get()
        cycles.complete(session, cycle_id, portfolio.portfolio_id, equity)
    if alerts:
        guarding.measure(alerts, context.metrics)
    return SnapshotResult.of(equity)


def run_chunk(request: ChunkRequest, context: StepContext) -> ChunkResult:
    """`run` for each portfolio of a chunk: see `support.chunks`."""
    return chunks.run(request, context, run)
