"""How an event becomes one call: the entry that all functions share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from prescient.core.errors import InvalidRequest
from prescient.runtime.environment import Environment
from prescient.runtime.observability import emit, logger
from prescient.runtime.settings import Settings
from prescient.usecases.support.context import StepContext

Event = Mapping[str, Any]
Answer = dict[str, Any]
BoundHandler = Callable[[Event, Any], Answer]
RequestT = TypeVar("RequestT", bound=BaseModel)


class Handler(ABC):
    """A Lambda handler. It uses the process's environment unless it is bound to another one."""

    @cached_property
    def _of_process(self) -> BoundHandler:
        return self.bound_to(Environment(Settings.from_variables(os.environ)))

    def __call__(self, event: Event, context: Any) -> Answer:
        return self._of_process(event, context)

    @abstractmethod
    def bound_to(self, environment: Environment) -> BoundHandler:
        """Bind this handler to an environment of its own, so that one process can hold many.

        The result takes Lambda's event and context, one call at a time.
        """


class StepHandler(Handler, Generic[RequestT]):
    """Validates the event, runs the step, and answers and logs its result and its metrics."""

    def __init__(
        self, request: type[RequestT], step: Callable[[RequestT, StepContext], BaseModel]
    ) -> None:
        self._request = request
        self._step = step

    def bound_to(self, environment: Environment) -> BoundHandler:
        return lambda event, context: self._answer(event, context, environment.context)

    def _answer(self, event: Event, context: Any, step_context: StepContext) -> Answer:
        try:
            result = self._step(self._parsed(event), step_context)
        finally:
            emit(step_context.metrics.take())
        answer = result.model_dump(mode="json", exclude_none=True)
        request_id = getattr(context, "aws_request_id", None)
        logger.info("step done", request_id=request_id, request=dict(event), result=answer)
        return answer

    def _parsed(self, event: Event) -> RequestT:
        try:
            return self._request.model_validate(event)
        except ValidationError as error:
            problems = [
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
                for problem in error.errors(include_url=False)
            ]
            raise InvalidRequest(*problems) from None
