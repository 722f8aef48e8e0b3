"""Faults that are switched on by call, each for some paths and a number of answers.

In process: `Faults.add(Fault(kind="html", path="/books", times=2))`. Over HTTP the same fields are
posted to `/__faults`, a path that Polymarket does not have; GET lists, DELETE switches all off.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.wrappers import Request, Response

from local.exchange.identities import named_identities
from local.exchange.surprises import Surprise, surprising, written
from local.exchange.throttling import RetryAfter, too_many_requests
from local.exchange.web import json_response

CONTROL_PATH = "/__faults"
Respond = Callable[[Request], Response]

_HTML = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
_GAMMA_ERRORS = {500: "internal server error", 503: "service unavailable"}
_CLOB_ERRORS = {
    425: "service not ready",
    500: "internal server error",
    503: "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.",
}


class FaultKind(StrEnum):
    LATENCY = "latency"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    HTML = "html"
    TRUNCATED = "truncated"
    REPEATED_CURSOR = "repeated_cursor"
    DUPLICATES = "duplicates"
    SURPRISE = "surprise"
    DELISTED = "delisted"


class Fault(BaseModel):
    """One kind of fault, for all paths that begin with `path`.

    The first `after` answers are left alone, then `times` are not; None is until it is cleared.
    `seconds` is the latency, or what Retry-After says; `status` is that of a server error or of
    the HTML page. With `ids` only requests that name one of these ids or tokens see the fault;
    for `delisted` they are the rows that are missing in every answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FaultKind
    path: str = "/"
    after: int = Field(0, ge=0)
    times: int | None = Field(None, ge=1)
    seconds: float = Field(1.0, ge=0)
    status: int = Field(503, ge=200, le=599)
    retry_after: RetryAfter = RetryAfter.SECONDS
    surprise: Surprise = Surprise.RENAMED
    ids: frozenset[str] = frozenset()


@dataclass
class _Switched:
    """A fault that is on, and the number of answers that it has seen."""

    fault: Fault
    seen: int = 0

    def is_due(self, request: Request) -> bool:
        if not (request.path.startswith(self.fault.path) and self._is_named(request)):
            return False
        self.seen += 1
        happened = self.seen - self.fault.after
        return happened >= 1 and (self.fault.times is None or happened <= self.fault.times)

    def _is_named(self, request: Request) -> bool:
        if not self.fault.ids or self.fault.kind is FaultKind.DELISTED:
            return True
        return not self.fault.ids.isdisjoint(named_identities(request))


class Faults:
    """The faults of one exchange. Threads may share it."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._switched: list[_Switched] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._switched.append(_Switched(fault))

    def clear(self) -> None:
        with self._lock:
            self._switched.clear()

    def listed(self) -> list[dict[str, Any]]:
        """List each fault, with the number of answers that it has `seen`."""
        with self._lock:
            return [
                switched.fault.model_dump(mode="json") | {"seen": switched.seen}
                for switched in self._switched
            ]

    def respond(self, request: Request, healthy: Respond) -> Response:
        """Answer as `healthy` does, with all faults that are due."""
        with self._lock:
            due = [switched.fault for switched in self._switched if switched.is_due(request)]
        respond = healthy
        for fault in due:
            respond = partial(self._faulty, fault, respond)
        return respond(request)

    def control(self, request: Request) -> Response:
        """Answer the control route."""
        match request.method:
            case "POST":
                try:
                    self.add(Fault.model_validate_json(request.get_data()))
                except ValidationError as error:
                    return json_response(400, {"error": str(error)})
            case "DELETE":
                self.clear()
        return json_response(200, {"faults": self.listed()})

    def _faulty(self, fault: Fault, respond: Respond, request: Request) -> Response:
        match fault.kind:
            case FaultKind.LATENCY:
                self._sleep(fault.seconds)
                return respond(request)
            case FaultKind.THROTTLED:
                return too_many_requests(fault.seconds, fault.retry_after)
            case FaultKind.SERVER_ERROR:
                return server_error(fault.status, request)
            case FaultKind.HTML:
                return Response(_HTML, fault.status, content_type="text/html")
            case FaultKind.TRUNCATED:
                return _truncated(respond(request))
            case _:
                return _changed(fault, respond(request), request)


def server_error(status: int, request: Request) -> Response:
    """Answer an error: Gamma's have a type, the CLOB's have not."""
    path = request.path
    if path.startswith(("/events", "/markets")) and not path.startswith("/markets/0x"):
        error = _GAMMA_ERRORS.get(status, "server error")
        return json_response(status, {"type": "internal error", "error": error})
    return json_response(status, {"error": _CLOB_ERRORS.get(status, "server error")})


def _truncated(healthy: Response) -> Response:
    """Send half of the body under the length of all of it, and end the connection."""
    whole = healthy.get_data()
    healthy.set_data(whole[: len(whole) // 2])
    healthy.content_length = len(whole)
    healthy.headers["Connection"] = "close"
    return healthy


def _changed(fault: Fault, healthy: Response, request: Request) -> Response:
    """Replace the JSON value of an answer, and keep its status."""
    body = json.loads(healthy.get_data())
    match fault.kind:
        case FaultKind.REPEATED_CURSOR:
            body = _with_cursor_again(body, request)
        case FaultKind.DUPLICATES:
            body = _with_rows_twice(body)
        case FaultKind.SURPRISE:
            body = surprising(body, fault.surprise)
        case FaultKind.DELISTED:
            body = _without_rows(body, fault.ids)
    healthy.set_data(written(body))
    return healthy


def _with_cursor_again(body: Any, request: Request) -> Any:
    """Return the page with the `next_cursor` that led to it."""
    cursor = request.args.get("after_cursor")
    return {**body, "next_cursor": cursor} if cursor and isinstance(body, dict) else body


def _with_rows_twice(body: Any) -> Any:
    if isinstance(body, list):
        return [*body, *body]
    if not isinstance(body, dict):
        return body
    rows = {key: [*value, *value] for key, value in body.items() if isinstance(value, list)}
    return {**body, **rows}


def _without_rows(body: Any, ids: Collection[str]) -> Any:
    """Return the answer without the events, markets and books of these ids, however deep."""
    match body:
        case list():
            return [_without_rows(row, ids) for row in body if not _is_of(row, ids)]
        case dict():
            return {key: _without_rows(value, ids) for key, value in body.items()}
    return body


def _is_of(row: Any, ids: Collection[str]) -> bool:
    return isinstance(row, dict) and (row.get("id") in ids or row.get("asset_id") in ids)
