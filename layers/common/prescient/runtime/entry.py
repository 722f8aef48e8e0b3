"""How an event becomes one call: the entry that all functions share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from prescient.core.errors import InvalidRequest, PrescientError
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.environment import Environment
from prescient.runtime.observability import caller, correlated, emit, logger
from prescient.runtime.settings import Settings
from prescient.usecases.support.context import StepContext
from prescient.usecases.support.metrics import Measure, Metrics
from prescient.usecases.support.problems import Failing, Reporting

Event = Mapping[str, Any]
Answer = dict[str, Any]
BoundHandler = Callable[[Event, Any], Answer]
RequestT = TypeVar("RequestT", bound=BaseModel)
CORRELATING = ("execution_name", "cycle_id", "portfolio_id", "portfolio_ids", "scheduled_at")


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
        self._name = step.__module__.rpartition(".")[2]

    def bound_to(self, environment: Environment) -> BoundHandler:
        return lambda event, context: self._answer(event, context, environment.context)

    def _answer(self, event: Event, context: Any, step_context: StepContext) -> Answer:
        with (
            correlated(function=self._name, **self._ids(event), **_of_caller(context)),
            _measured(self._name, step_context.metrics),
        ):
            result = self._result(event, self._of_invocation(step_context, context))
            answer = result.model_dump(mode="json", exclude_none=True)
            if isinstance(result, Reporting):
                for problem in result.problems():
                    logger.error(problem.message, extra=problem.details)
            logger.info("step done", request=event, result=answer)
            if isinstance(result, Failing) and (failure := result.failure()):
                raise failure
        return answer

    def _ids(self, event: object) -> dict[str, object]:
        """What of an event tells which work it is about; an event may be anything."""
        if not isinstance(event, Mapping):
            return {}
        return {name: event.get(name) for name in CORRELATING}

    def _result(self, event: Event, step_context: StepContext) -> BaseModel:
        return self._step(parsed(self._request, event), step_context)

    def _of_invocation(self, step_context: StepContext, context: Any) -> StepContext:
        """The step's context with what only one invocation of Lambda knows."""
        report_failure = partial(_failed, self._name, step_context.metrics)
        if context is None:
            return replace(step_context, report_failure=report_failure)
        return replace(
            step_context,
            report_failure=report_failure,
            seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
        )


def _of_caller(context: Any) -> dict[str, object]:
    """The id of the invocation, and who asked for it where the API was asked."""
    known = getattr(getattr(context, "client_context", None), "custom", None) or {}
    return {
        "request_id": getattr(context, "aws_request_id", None),
        "caller": known.get("caller") or caller(),
    }


def parsed(request: type[RequestT], event: object) -> RequestT:
    """Read the event as this request; raises `InvalidRequest` naming each field."""
    try:
        return request.model_validate(event)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        ]
        raise InvalidRequest(*problems) from None


@contextmanager
def _measured(function: str, metrics: Metrics) -> Iterator[None]:
    """Write the metrics of the block however it ends, and the error that ends it.

    Lambda logs the error too, with where it was raised, and without the ids of the line.
    """
    failed = False
    try:
        yield
    except Exception as error:
        failed = True
        _count(function, metrics, error)
        logger.error("step failed", error=type(error).__name__, reason=str(error))
        raise
    finally:
        metrics.add(Measure.STEP_FAILED, failed)
        emit(metrics.take())


def _failed(function: str, metrics: Metrics, portfolio_id: PortfolioId, error: Exception) -> None:
    """Log and count an error that has ended one portfolio of a chunk, whose others go on."""
    _count(function, metrics, error)
    logger.error("portfolio failed", portfolio_id=portfolio_id, exc_info=error)


def _count(function: str, metrics: Metrics, error: Exception) -> None:
    known = type(error).__name__ if isinstance(error, PrescientError) else "other"
    metrics.add(Measure.STEP_ERRORS, 1, function=function, error=known)
