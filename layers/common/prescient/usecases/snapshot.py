"""Write the portfolio's row of the day and end its part of the cycle."""

from __future__ import annotations

from pydantic import BaseModel

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.store import cycles, history, portfolios
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest, cycle_of


class SnapshotResult(BaseModel):
    """The portfolio's equity in dollars, as a decimal string."""

    equity: str


def run(request: PortfolioStepRequest, context: StepContext) -> SnapshotResult:
    """Snapshot and release the claim; a second run answers the first one's result."""
    now = context.now()
    with context.database.transaction(request.portfolio_id) as session:
        cycle_id = cycle_of(session, request)
        locked = portfolios.send_lock(session, request.portfolio_id)
        claim = cycles.send_portfolio_result(session, cycle_id, request.portfolio_id)
        portfolio, result = locked.get(), claim.get()
        if result.status is CyclePortfolioStatus.COMPLETED:
            return SnapshotResult(equity=str(result.equity))
        cycles.check_claim(result)
        history.save_snapshot(session, portfolio, now)
        cycles.complete(session, cycle_id, portfolio.portfolio_id, portfolio.total_value)
    return SnapshotResult(equity=str(portfolio.total_value))
