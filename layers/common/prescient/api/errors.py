"""Every error as a status and a body: `{"code", "message", "details", "request_id"}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from prescient.api.responses.errors import Detail, ErrorBody
from prescient.core import errors

logger = Logger(child=True)


class ApiError(errors.PrescientError):
    """Errors that only a request over HTTP can meet."""


class MalformedRequest(ApiError):
    """The body cannot be read at all."""


class UnsupportedMediaType(ApiError):
    """The body is not declared to be JSON."""


class Unauthenticated(ApiError):
    """The request carries no verified claims."""


class Forbidden(ApiError):
    """The caller's token lacks the scope that the route asks for."""


class RouteNotFound(ApiError):
    """No route has this method and path."""


class CycleFailed(ApiError):
    """The cycle that the request waited for failed; the message is the recorded error."""


UNAVAILABLE = 503
UNEXPECTED = "something went wrong; the log has it under the request id"
STATUSES: dict[type[Exception], int] = {
    MalformedRequest: 400,
    UnsupportedMediaType: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    RouteNotFound: 404,
    errors.PortfolioNotFound: 404,
    errors.NoActivePortfolio: 404,
    errors.CycleNotFound: 404,
    errors.PauseNotFound: 404,
    errors.VersionNotFound: 404,
    errors.PortfolioNotActive: 409,
    errors.PortfolioConflict: 409,
    errors.NameTaken: 409,
    errors.StaleQuote: 409,
    errors.IdempotencyConflict: 409,
    errors.ClaimLost: 409,
    errors.MigrationRefused: 409,
    errors.PortfolioDeleted: 410,
    errors.InvalidRequest: 422,
    errors.InvalidStrategy: 422,
    errors.StrategyFailed: 422,
    errors.TooManyExecutions: 429,
    CycleFailed: 500,
    errors.StateMachineUnavailable: 503,
    errors.ExchangeUnavailable: 503,
    errors.ComparisonUnavailable: 503,
    errors.BatchLost: 503,
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
    problems = error.problems if isinstance(error, errors.InvalidRequest) else ()
    return status, ErrorBody(
        code=code,
        message=UNQUOTED.get(kind, str(error)),
        details=[Detail.of(problem) for problem in problems],
        request_id=request_id,
    )


def _of_failed_cycle(recorded: str) -> tuple[int, str]:
    """A failed cycle counts as its cause where a later one can do better, else as our failure."""
    name = recorded.partition(":")[0]
    passing = {kind.__name__ for kind, status in STATUSES.items() if status == UNAVAILABLE}
    return (UNAVAILABLE, _code(name)) if name in passing else (500, "cycle_failed")


def _code(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def _problem(found: Mapping[str, Any]) -> str:
    is_unknown = found["type"] == "extra_forbidden"
    rule = "is not known" if is_unknown else found["msg"].removeprefix("Value error, ")
    return f"{_field(found['loc'])}: {rule}"


def _field(location: tuple[int | str, ...]) -> str:
    """`body` and its keys lose the prefix; parameters that are grouped in a model their group."""
    where, *keys = map(str, location)
    if where != "body":
        return keys[-1]
    return ".".join(keys) or "body"
