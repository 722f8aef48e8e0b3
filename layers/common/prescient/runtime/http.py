"""How an event of the HTTP API becomes one answer of the application."""

from __future__ import annotations

import gc
import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from prescient.runtime.entry import Answer, BoundHandler, Event, Handler
from prescient.runtime.environment import Environment
from prescient.runtime.functions import LambdaFunctions
from prescient.runtime.observability import correlated, emit, logger
from prescient.runtime.step_functions import StepFunctions
from prescient.usecases.support.functions import Functions, Step
from prescient.usecases.support.metrics import Measure, Metric, Metrics
from prescient.usecases.support.request_context import RequestContext, StateMachine

if TYPE_CHECKING:
    from prescient.usecases.support.comparing import Compare
    from prescient.usecases.support.judging import Judge

FIRST_ERROR = 400
WITHOUT_CODE = "other"
NOT_HEALTHY = "not_healthy"  # what `GET /health` answers with 503 is no error's body


class Application(Protocol):
    """Answers one event at a time."""

    def answer(self, event: Event, context: Any, api: RequestContext) -> Answer: ...


@cache
def _spare_from_collection() -> None:
    """Have no collection look at what the process has imported, once for all environments.

    More than one answer in a hundred waited 70 milliseconds for a collection of modules and
    models, which live as long as the process.
    """
    gc.freeze()


class HttpHandler(Handler):
    """Gives every environment an application of its own, and logs each request."""

    def __init__(
        self,
        application: Callable[[], Application],
        *,
        compare: Compare | None = None,
        judge: Judge | None = None,
        describe: Callable[[], Mapping[str, Any]] | None = None,
        state_machine: Callable[[str | None], StateMachine] = StepFunctions,
        functions: Callable[[Mapping[Step, str | None], float], Functions] = LambdaFunctions,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        sleep: Callable[[float], None] = time.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`state_machine` takes its ARN; `functions` takes the names of the functions, and how many
        seconds one of them may take. `RequestContext` explains the others.
        """
        self._application = application
        self._compare = compare
        self._judge = judge
        self._describe = describe
        self._state_machine = state_machine
        self._functions = functions
        self._new_id = new_id
        self._sleep = sleep
        self._elapsed = elapsed

    def bound_to(self, environment: Environment) -> BoundHandler:
        application, settings = self._application(), environment.settings
        _spare_from_collection()
        api = RequestContext(
            database=environment.context.database,
            connect=environment.context.connect,
            max_quote_age=environment.context.max_quote_age,
            state_machine=self._state_machine(settings.state_machine_arn),
            functions=self._functions(settings.step_functions, settings.cycle_wait_seconds),
            portfolios_per_chunk=environment.context.portfolios_per_chunk,
            now=environment.context.now,
            new_id=self._new_id,
            cycle_wait=settings.cycle_wait_seconds,
            sleep=self._sleep,
            elapsed=self._elapsed,
            price_update_late_after=timedelta(seconds=settings.price_update_late_after),
            cycle_late_after=timedelta(seconds=settings.cycle_late_after),
            total_guard=environment.context.total_guard,
            compare=self._compare,
            judge=self._judge,
            describe=self._describe,
        )
        authorize = _authorizing(settings.local_key)
        return lambda event, context: self._answer(application, authorize(event), context, api)

    def _answer(
        self, application: Application, event: Event, context: Any, api: RequestContext
    ) -> Answer:
        began = self._elapsed()
        with correlated(
            request_id=event["requestContext"]["requestId"],
            route=event.get("routeKey"),
            caller=_caller(event),
            **_named(event),
        ):
            answer = application.answer(event, context, api)
            emit(_errors(answer))
            logger.info(
                "request answered",
                status=answer["statusCode"],
                milliseconds=round(1000 * (self._elapsed() - began)),
            )
        return answer


def _errors(answer: Answer) -> list[Metric]:
    """The error of an answer that is one, by its code, which comes from a closed list."""
    if answer["statusCode"] < FIRST_ERROR:
        return []
    metrics = Metrics()
    metrics.add(Measure.API_ERRORS, 1, code=_code(answer))
    return metrics.take()


def _code(answer: Answer) -> str:
    try:
        body = json.loads(answer.get("body") or "")
    except ValueError:
        return WITHOUT_CODE
    return str(body.get("code", NOT_HEALTHY)) if isinstance(body, dict) else WITHOUT_CODE


def _named(event: Event) -> dict[str, str]:
    """The portfolio and whatever else the path, or the query, of the request names by an id."""
    query = event.get("queryStringParameters") or {}
    named = {name: query[name] for name in ("portfolio_id", "cycle_id") if name in query}
    return {**named, **(event.get("pathParameters") or {})}


def _authorizing(local_key: str | None) -> Callable[[Event], Event]:
    """API Gateway has authorized what it sends; under `sam local` the function does it."""
    if local_key is None:
        return lambda event: event
    from prescient.runtime.local_tokens import authorized

    return lambda event: authorized(event, local_key)


def _caller(event: Event) -> str | None:
    """Whose token it was: a person's id, or a machine's client."""
    authorizer = event["requestContext"].get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    return claims.get("sub") or claims.get("client_id")


class HttpOrStepHandler(Handler):
    """A function that is invoked over HTTP and as a step: the event tells which."""

    def __init__(self, http: HttpHandler, step: Handler) -> None:
        self._http = http
        self._step = step

    def bound_to(self, environment: Environment) -> BoundHandler:
        http, step = self._http.bound_to(environment), self._step.bound_to(environment)
        return lambda event, context: (http if "requestContext" in event else step)(event, context)
