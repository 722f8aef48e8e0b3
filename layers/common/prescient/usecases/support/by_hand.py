"""A step of several portfolios by hand: for each in its newest cycle, and each by itself."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from prescient.core.deciding.chunks import PortfolioIds
from prescient.core.errors import PrescientError
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases.support.chunks import LEAST_SECONDS
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

Step = Callable[[PortfolioStepRequest, StepContext], BaseModel]


class ByHandRequest(BaseModel):
    """A chunk without a cycle; see `PortfolioStepRequest`."""

    model_config = ConfigDict(extra="forbid")

    portfolio_ids: PortfolioIds


class Outcome(BaseModel):
    """What the step answers for a portfolio, or the name of the error that ended it and why."""

    portfolio_id: PortfolioId
    answer: SerializeAsAny[BaseModel] | None = None
    error: str | None = None
    reason: str | None = None


class ByHandResult(BaseModel):
    """The outcomes in the order of the request, as far as the function's time went."""

    outcomes: list[Outcome]


def run(request: ByHandRequest, context: StepContext, step: Step) -> ByHandResult:
    """Take the step for each portfolio in turn.

    An error is the portfolio's outcome and is not recorded, so that a step that is asked for too
    early spoils nothing.
    """
    outcomes: list[Outcome] = []
    for portfolio_id in request.portfolio_ids:
        if outcomes and context.seconds_left() < LEAST_SECONDS:
            break
        outcomes.append(_outcome(portfolio_id, context, step))
    return ByHandResult(outcomes=outcomes)


def _outcome(portfolio_id: PortfolioId, context: StepContext, step: Step) -> Outcome:
    try:
        answer = step(PortfolioStepRequest(portfolio_id=portfolio_id), context)
    except Exception as error:  # noqa: BLE001 (an error of any kind ends this portfolio alone)
        if not isinstance(error, PrescientError):
            context.report_failure(portfolio_id, error)
        return Outcome(portfolio_id=portfolio_id, error=type(error).__name__, reason=str(error))
    return Outcome(portfolio_id=portfolio_id, answer=answer)
