"""How the functions of the three steps of portfolios take an event: for a chunk, or for one."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from prescient.runtime.entry import Event, StepHandler, parsed
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest, PortfolioStepResult


class PortfolioStepHandler(StepHandler[PortfolioStepRequest]):
    """Takes a step for the portfolios of a chunk (`portfolio_ids`), or for one (`portfolio_id`)."""

    def __init__(
        self,
        step: Callable[[PortfolioStepRequest, StepContext], PortfolioStepResult],
        of_chunk: Callable[[ChunkRequest, StepContext], ChunkResult],
    ) -> None:
        super().__init__(PortfolioStepRequest, step)
        self._of_chunk = of_chunk

    def _result(self, event: Event, step_context: StepContext) -> BaseModel:
        if isinstance(event, dict) and "portfolio_ids" in event:
            return self._of_chunk(parsed(ChunkRequest, event), step_context)
        return super()._result(event, step_context)
