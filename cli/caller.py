"""Requests to the API: each one's headers, and what its answer means."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from .errors import NoAnswer, Refused
from .transport import Received, Transport

T = TypeVar("T")
STARTED = 202
_NOT_OK = 503
_UNAUTHENTICATED = 401
# What AWS's gateway answers by itself, with a message and no code.
_GATEWAYS_OWN = {403: " (the token lacks the scope that this needs)", 429: " (wait a second)"}
_REDIRECTIONS = range(300, 400)
_FIRST_ERROR = 400
Query = Mapping[str, object]
Fields = Mapping[str, object]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer's body as it came, and its content as a model."""

    body: bytes
    content: T


class Caller:
    """Sends requests to one address; every method raises Refused or Unreachable."""

    def __init__(
        self,
        address: str,
        transport: Transport,
        bearer: Callable[[], str | None],
        key: str | None = None,
    ) -> None:
        """`bearer` gives a request's token, None where there is none; `key` is that of a change."""
        self._address, self._transport, self.bearer = address, transport, bearer
        self._key = key or str(uuid.uuid4())
        self._has_asked_for_a_change = False

    def get_health(self, model: type[T], path: str, token: str | None) -> Answer[T]:
        """Read a health; one that is not ok has the same body, at the status 503."""
        received = self._transport.send("GET", path, headers=_headers(token))
        if received.status != _NOT_OK:
            self._check(received)
        return self.read(received, model)

    def get(self, model: type[T], path: str, query: Query | None = None) -> Answer[T]:
        return self.read(self.send("GET", with_query(path, query or {})), model)

    def post(self, model: type[T], path: str, request: Fields) -> Answer[T]:
        return self.change(model, "POST", path, request)

    def change(
        self, model: type[T], method: str, path: str, request: Fields | None = None
    ) -> Answer[T]:
        return self.read(self.send(method, path, request), model)

    def send(
        self, method: str, path: str, request: Fields | None = None, more: Headers | None = None
    ) -> Received:
        headers = _headers(self.bearer())
        body = None if request is None else msgspec.json.encode(request)
        if body is not None:
            headers["content-type"] = "application/json"
        if method in ("POST", "PATCH"):
            headers["idempotency-key"] = self._key
            self._has_asked_for_a_change = True
        headers.update(more or {})
        try:
            received = self._transport.send(method, path, headers=headers, body=body)
        except NoAnswer as error:
            raise self._unclear(str(error)) from None
        self._check(received)
        return received

    def _check(self, received: Received) -> None:
        """Raise Refused for an error of the API, NoAnswer for an answer that is not the API's."""
        is_csv = received.kind == "text/csv" and received.status < _FIRST_ERROR
        if not (received.is_json or is_csv) or received.status in _REDIRECTIONS:
            kind = received.kind or "something without a type"
            raise self._unclear(
                f"{self._address} answers {received.status} and {kind}: that is not the API"
            )
        if received.status >= _FIRST_ERROR:
            refusal = _refusal(received)
            if refusal is None:
                said = f"{received.status} without saying why"
                raise self._unclear(f"{self._address} answers {said}: that is not the API")
            raise refusal

    def read(self, received: Received, model: type[T]) -> Answer[T]:
        try:
            return Answer(received.content, msgspec.json.decode(received.content, type=model))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unclear(
                f"{self._address} answers otherwise than this version's API ({error}): "
                "is it the API, and are both of one version?"
            ) from None

    def _unclear(self, told: str) -> NoAnswer:
        """Return the error; after a change it names the key with which to repeat that safely."""
        if self._has_asked_for_a_change:
            told = f"{told} (it may have been done; with --key {self._key} it is done once)"
        return NoAnswer(told)


def _refusal(received: Received) -> Refused | None:
    try:
        body: Any = msgspec.json.decode(received.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return None
    code = body.get("code")
    details = [
        f"{detail['field']}: {detail['rule']}"
        for detail in body.get("details") or []
        if isinstance(detail, dict) and {"field", "rule"} <= detail.keys()
    ]
    message = body["message"]
    if received.status == _UNAUTHENTICATED:
        message += " (prescient login keeps a token; make serve has one for its own folder)"
    if code is None:
        message += _GATEWAYS_OWN.get(received.status, "")
    if seconds := received.headers.get("retry-after"):
        message += f" (try again in {seconds} s)"
    return Refused(code if isinstance(code, str) else f"http_{received.status}", message, details)


def _headers(token: str | None) -> dict[str, str]:
    headers = {"accept": "application/json", "user-agent": "prescient-cli"}
    return {**headers, "authorization": f"Bearer {token}"} if token else headers


def with_query(path: str, query: Query) -> str:
    named = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(named, quote_via=quote)}" if named else path
