"""How the functions of the three steps of portfolios take an event: for several, or for one."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from prescient.core.deciding.chunks import listed
from prescient.runtime.entry import Event, StepHandler, parsed
from prescient.usecases.support import by_hand
from prescient.usecases.support.by_hand import ByHandRequest
from prescient.usecases.support.chunks import ChunkRequest, ChunkResult
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.portfolio_step import PortfolioStepRequest, PortfolioStepResult


class PortfolioStepHandler(StepHandler[PortfolioStepRequest]):
    """Takes a step for a cycle's chunk, or by hand for some portfolios, or for one.

    A chunk has `cycle_id` and `portfolio_ids`, some have `portfolio_ids` alone, one `portfolio_id`.
    """

    def __init__(
        self,
        step: Callable[[PortfolioStepRequest, StepContext], PortfolioStepResult],
        of_chunk: Callable[[ChunkRequest, StepContext], ChunkResult],
    ) -> None:
        super().__init__(PortfolioStepRequest, step)
        self._of_chunk = of_chunk

    def _ids(self, event: object) -> dict[str, object]:
        """The ids of a chunk one by one: a log is searched for one of them."""
        ids = super()._ids(event)
        return {**ids, "portfolio_ids": listed(ids.get("portfolio_ids"))}

    def _result(self, event: Event, step_context: StepContext) -> BaseModel:
        match event:
            case {"portfolio_ids": _, "cycle_id": _}:
                return self._of_chunk(parsed(ChunkRequest, event), step_context)
            case {"portfolio_ids": _}:
                return by_hand.run(parsed(ByHandRequest, event), step_context, self._step)
        return super()._result(event, step_context)
