"""What the three steps of one portfolio share: their request and the cycle that it means."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.core.strategies import registry
from prescient.store import cycles
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow

SteppedPortfolio = Annotated[PortfolioId, Field(gt=0, lt=2**31)]


class PortfolioStepRequest(BaseModel):
    """One portfolio's step, by hand; without `cycle_id` the portfolio's newest cycle is meant."""

    model_config = ConfigDict(extra="forbid")

    portfolio_id: SteppedPortfolio
    cycle_id: int | None = None


class PortfolioStepResult(BaseModel):
    """What a step did for one portfolio."""

    @property
    def goes_on(self) -> bool:
        """Whether the cycle's next step is taken for the portfolio."""
        return True


def cycle_of(session: Session, request: PortfolioStepRequest) -> int:
    """The cycle that the request means; raises `CycleNotFound` when the portfolio had none."""
    if request.cycle_id is not None:
        return request.cycle_id
    return cycles.latest_of_portfolio(session, request.portfolio_id)


def may_run(portfolio: PortfolioRow) -> bool:
    """Whether a cycle has something to do for it: a paused one may still have to sell."""
    if portfolio.status is PortfolioStatus.PAUSED:
        return bool(portfolio.open_positions) and registry.sells(portfolio.strategy_type)
    return portfolio.status is PortfolioStatus.ACTIVE
