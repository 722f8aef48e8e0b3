"""Every error as a status and a body: `{"code", "message", "details", "request_id"}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from prescient.api.responses.errors import LONGEST_FIELD, LONGEST_RULE, Detail, ErrorBody
from prescient.core import errors
from prescient.core.broken_rules import location, rule

logger = Logger(child=True)


class ApiError(errors.PrescientError):
    """Errors that only a request over HTTP can meet."""


class MalformedRequest(ApiError):
    """The body cannot be read at all."""


class UnsupportedMediaType(ApiError):
    """The body is not declared to be of a type that the route reads."""


class NotAcceptable(ApiError):
    """The caller accepts no type that the route answers with."""


class Unauthenticated(ApiError):
    """The request carries no verified claims."""


class Forbidden(ApiError):
    """The caller's token lacks the scope that the route asks for."""


class RouteNotFound(ApiError):
    """No route has this path."""


class MethodNotAllowed(ApiError):
    """The routes of this path have other methods."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))
        super().__init__(f"method: {method} is not one of {self.allowed}")


class CycleFailed(ApiError):
    """The cycle that the request waited for failed; the message is the recorded error."""


OURS = 500  # from here on it is not the caller's doing
UNAVAILABLE = 503
MOST_DETAILS = 100
UNEXPECTED = "something went wrong; the log has it under the request id"
STATUSES: dict[type[Exception], int] = {
    MalformedRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    RouteNotFound: 404,
    errors.PortfolioNotFound: 404,
    errors.PositionNotFound: 404,
    errors.NoActivePortfolio: 404,
    errors.CycleNotFound: 404,
    errors.MarketNotFound: 404,
    errors.StrategyNotFound: 404,
    errors.PauseNotFound: 404,
    errors.VersionNotFound: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    errors.PortfolioNotActive: 409,
    errors.PortfolioArchived: 409,
    errors.OpenPositions: 409,
    errors.PositionsUnsold: 409,
    errors.HasHistory: 409,
    errors.NotConfirmed: 409,
    errors.InsufficientBalance: 409,
    errors.PositionClosed: 409,
    errors.NoBid: 409,
    errors.MarketClosed: 409,
    errors.MarketOpen: 409,
    errors.MarketResolved: 409,
    errors.MarketReplaced: 409,
    errors.SharesUnknown: 409,
    errors.DrawdownLimitReached: 409,
    errors.NothingChanged: 409,
    errors.NameTaken: 409,
    errors.StaleQuote: 409,
    errors.IdempotencyConflict: 409,
    errors.ClaimLost: 409,
    errors.MigrationRefused: 409,
    errors.TooManyPortfolios: 409,
    errors.PortfolioDeleted: 410,
    errors.VersionConflict: 412,
    UnsupportedMediaType: 415,
    errors.InvalidRequest: 422,
    errors.InvalidStrategy: 422,
    errors.StrategyFailed: 422,
    errors.TooManyExecutions: 429,
    CycleFailed: 500,
    errors.StepFailed: 500,
    errors.TooManyPortfolios: 500,
    errors.BooksBroken: 500,
    errors.StateMachineUnavailable: 503,
    errors.FunctionUnavailable: 503,
    errors.FilterBusy: 503,
    errors.ExchangeUnavailable: 503,
    errors.ComparisonUnavailable: 503,
    errors.BatchLost: 503,
    errors.ChunkAstray: 500,
    errors.ChunkUnfinished: 503,
    errors.CycleAbandoned: 503,
    errors.SchemaVersionMismatch: 503,
    errors.DatabaseUnavailable: 503,
    errors.SerializationFailure: 503,
    errors.DeadlockDetected: 503,
}
# The driver's own words name hosts, tables and statements.
UNQUOTED: dict[type[Exception], str] = {
    errors.DatabaseUnavailable: "the database cannot be reached; try again",
    errors.SerializationFailure: "the database was busy with a conflicting change; try again",
    errors.DeadlockDetected: "the database was busy with a conflicting change; try again",
}
HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "5"},
    503: {"Retry-After": "5"},
}
_NAMES_A_FIELD = re.compile(r"[\w.-]+: ")


def answer_errors(
    app: APIGatewayHttpResolver, next_middleware: Callable[..., Response[Any]]
) -> Response[Any]:
    """The outermost middleware: what goes wrong inside leaves as an answer."""
    try:
        return next_middleware(app)
    except Exception as error:  # noqa: BLE001 (whatever it is, the caller gets an answer)
        request_id = app.current_event.request_context.request_id
        status, body = _described(_translated(error), request_id)
        headers = dict(HEADERS.get(status, {}))
        if isinstance(error, MethodNotAllowed):
            headers["Allow"] = error.allowed
        return Response(status, content_types.APPLICATION_JSON, body, headers=headers)


def _translated(error: Exception) -> Exception:
    """Powertools' errors in our own words."""
    if isinstance(error, RequestValidationError):
        return errors.InvalidRequest(*(_problem(found) for found in error.errors()))
    return error


def _described(error: Exception, request_id: str) -> tuple[int, ErrorBody]:
    kind = type(error)
    if kind not in STATUSES:
        logger.error("request failed", request_id=request_id, exc_info=error)
        return 500, ErrorBody(code="internal_error", message=UNEXPECTED, request_id=request_id)
    status, code = STATUSES[kind], _code(kind.__name__)
    if isinstance(error, CycleFailed):
        status, code = _of_failed_cycle(str(error))
    problems = _problems(error, status)
    return status, ErrorBody(
        code=code,
        message=_message(error, problems),
        details=[Detail.of(problem) for problem in problems[:MOST_DETAILS]],
        request_id=request_id,
    )


def _problems(error: Exception, status: int) -> Sequence[str]:
    """Return each `field: rule` that the caller broke; none for an error that is not theirs."""
    if isinstance(error, errors.InvalidRequest):
        return error.problems
    is_callers = status < OURS and _NAMES_A_FIELD.match(str(error))
    return (str(error),) if is_callers else ()


def _message(error: Exception, problems: Sequence[str]) -> str:
    if len(problems) <= 1:
        return UNQUOTED.get(type(error), str(error))[:LONGEST_RULE]
    shown = "; ".join(problem[:LONGEST_FIELD] for problem in problems[:MOST_DETAILS])
    others = len(problems) - MOST_DETAILS
    return f"{shown}; and {others} more" if others > 0 else shown


def _of_failed_cycle(recorded: str) -> tuple[int, str]:
    """Answer 503 where a later cycle may succeed (an outage was the cause), else 500."""
    name = recorded.partition(":")[0]
    passing = {kind.__name__ for kind, status in STATUSES.items() if status == UNAVAILABLE}
    return (UNAVAILABLE, _code(name)) if name in passing else (500, "cycle_failed")


def _code(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def _problem(found: Mapping[str, Any]) -> str:
    return f"{_field(location(found))}: {rule(found)}"


def _field(location: tuple[str, ...]) -> str:
    """`body` and its keys lose the prefix; parameters that are grouped in a model their group."""
    where, *keys = location
    if where != "body":
        return keys[-1]
    return ".".join(keys) or "body"
