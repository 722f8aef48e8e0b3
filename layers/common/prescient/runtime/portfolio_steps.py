"""The handler of signal, execute and snapshot: it takes an event for one portfolio or several."""

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
    """Takes the step for the portfolios that the event names.

    `cycle_id` with `portfolio_ids` is a chunk of a cycle; `portfolio_ids` alone are portfolios by
    hand, each in its newest cycle; `portfolio_id` is a single portfolio.
    """

    def __init__(
        self,
        step: Callable[[PortfolioStepRequest, StepContext], PortfolioStepResult],
        of_chunk: Callable[[ChunkRequest, StepContext], ChunkResult],
    ) -> None:
        super().__init__(PortfolioStepRequest, step)
        self._of_chunk = of_chunk

    def _ids(self, event: object) -> dict[str, object]:
        """Return ids for the log: a chunk's as a list, in which a search finds each portfolio."""
        ids = super()._ids(event)
        return {**ids, "portfolio_ids": listed(ids.get("portfolio_ids"))}

    def _result(self, event: Event, step_context: StepContext) -> BaseModel:
        match event:
            case {"portfolio_ids": _, "cycle_id": _}:
                return self._of_chunk(parsed(ChunkRequest, event), step_context)
            case {"portfolio_ids": _}:
                return by_hand.run(parsed(ByHandRequest, event), step_context, self._step)
        return super()._result(event, step_context)
