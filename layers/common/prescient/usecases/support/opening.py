"""What a cycle is asked for, and how it is opened: by its own step, or by one run by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, Strict

from prescient.core.deciding.cycles import CycleKind
from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import PortfolioNotActive
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import cycles, portfolios
from prescient.store.database import Session


class CycleParameters(BaseModel):
    """The state machine's input. Without `portfolio_ids` all active portfolios run.

    `scheduled_at` names its time zone: a time without one is refused.
    `shared_depth` says whether they take from the same books; without it the setting does.
    """

    model_config = ConfigDict(extra="forbid")

    kind: CycleKind = CycleKind.SCHEDULED
    scheduled_at: AwareDatetime | None = None
    portfolio_ids: Annotated[list[PortfolioId], Field(min_length=1)] | None = None
    thresholds: Thresholds = Thresholds()
    shared_depth: Annotated[bool, Strict()] | None = None


def open_cycle(
    session: Session, parameters: CycleParameters, execution_name: str | None, now: datetime
) -> int:
    """Open the cycle that this request stands for, or find it if it was opened before."""
    cycle_key = _key(parameters, execution_name, now)
    opened = cycles.find_by_key(session, cycle_key)
    if opened is not None:
        return opened.cycle_id
    for portfolio_id in parameters.portfolio_ids or []:
        portfolio = portfolios.get(session, portfolio_id)
        if portfolio.status is not PortfolioStatus.ACTIVE:
            raise PortfolioNotActive(portfolio_id, portfolio.status)
    opening = cycles.Opening(
        cycle_key=cycle_key,
        kind=parameters.kind,
        execution_name=execution_name,
        parameters=parameters.model_dump(mode="json", exclude_none=True),
    )
    return cycles.open_cycle(session, opening, now)


def _key(parameters: CycleParameters, execution_name: str | None, now: datetime) -> str:
    """A schedule that fires twice for one moment, in any time zone, must open one cycle."""
    if parameters.scheduled_at is not None:
        return f"{parameters.kind}:{parameters.scheduled_at.astimezone(UTC).isoformat()}"
    return execution_name or f"{parameters.kind}:{now.isoformat()}"
