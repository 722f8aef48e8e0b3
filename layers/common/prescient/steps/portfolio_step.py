"""What the three steps of one portfolio share: their request and the cycle that it means."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from prescient.core.portfolios import PortfolioId
from prescient.store import cycles
from prescient.store.database import Session


class PortfolioStepRequest(BaseModel):
    """Without `cycle_id` the portfolio's newest cycle is meant."""

    model_config = ConfigDict(extra="forbid")

    portfolio_id: PortfolioId
    cycle_id: int | None = None


def cycle_of(session: Session, request: PortfolioStepRequest) -> int:
    """The cycle that the request means; raises `CycleNotFound` when the portfolio had none."""
    if request.cycle_id is not None:
        return request.cycle_id
    return cycles.latest_of_portfolio(session, request.portfolio_id)
