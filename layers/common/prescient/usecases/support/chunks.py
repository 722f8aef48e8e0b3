"""A chunk: portfolios of one cycle for which an invocation takes a step, each of them by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from prescient.core.deciding.chunks import PortfolioIds
from prescient.core.errors import ChunkUnfinished, ClaimLost, PassingError
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import (
    PortfolioStepRequest,
    PortfolioStepResult,
)

LAST_ATTEMPT = 4  # the state machine retries a chunk as often after transient errors
LEAST_SECONDS = 15.0

Step = Callable[[PortfolioStepRequest, StepContext], PortfolioStepResult]


class ChunkRequest(BaseModel):
    """`attempt` counts the state machine's retries of the chunk's step, from 0.

    `execution_name` is noted in the logs.
    """

    model_config = ConfigDict(extra="forbid")

    execution_name: str | None = None
    cycle_id: int
    portfolio_ids: PortfolioIds
    attempt: Annotated[int, Field(ge=0)] = 0


class ChunkResult(BaseModel):
    """The portfolios that go on with the cycle, and how many an error has ended."""

    portfolio_ids: PortfolioIds
    failed: int = 0


def run(request: ChunkRequest, context: StepContext, step: Step) -> ChunkResult:
    """Take the step for one portfolio after the other, and record those that fail with their error.

    A transient error is raised, so that the chunk is tried again, which finds done what is done; at
    the last attempt it is recorded, too. Raises `ChunkUnfinished` where the function has no time
    left for another portfolio.
    """
    result = ChunkResult(portfolio_ids=[])
    for place, portfolio_id in enumerate(request.portfolio_ids):
        if place and context.seconds_left() < LEAST_SECONDS:
            raise ChunkUnfinished(len(request.portfolio_ids) - place)
        asked = PortfolioStepRequest(portfolio_id=portfolio_id, cycle_id=request.cycle_id)
        try:
            if step(asked, context).goes_on:
                result.portfolio_ids.append(portfolio_id)
        except Exception as error:
            if isinstance(error, PassingError) and request.attempt < LAST_ATTEMPT:
                raise
            result.failed += _record(request.cycle_id, portfolio_id, error, context)
    return result


def _record(
    cycle_id: int, portfolio_id: PortfolioId, error: Exception, context: StepContext
) -> bool:
    """Whether it is this error that ended the portfolio's part of the cycle.

    A part that had ended before is no failure: an Express child may be run twice.
    """
    reason = f"{type(error).__name__}: {error}"
    with context.database.transaction(portfolio_id) as session:
        has_ended_it = bool(cycles.fail(session, cycle_id, [portfolio_id], reason))
    if has_ended_it or not isinstance(error, ClaimLost):
        context.report_failure(portfolio_id, error)
    return has_ended_it
