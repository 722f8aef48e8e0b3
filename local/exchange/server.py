"""The exchange over HTTP: Gamma and CLOB on one loopback port."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.exchange import clob, gamma
from local.exchange.faults import CONTROL_PATH, Faults
from local.exchange.limits import Limits
from local.exchange.throttling import RetryAfter, too_many_requests
from local.exchange.venue import Venue
from local.exchange.web import Answer
from local.http_server import HttpServer, Request, Response

_UNKNOWN = Answer(404, {"error": "not found"})


@dataclass
class Exchange:
    """A world behind rate limits and faults, both of which may be changed while it answers."""

    venue: Venue
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self._forms = cycle((RetryAfter.SECONDS, RetryAfter.DATE))

    def respond(self, request: Request) -> Response:
        """What the exchange answers to one request."""
        if urlsplit(request.target).path == CONTROL_PATH:
            return self.faults.control(request)
        return self.faults.respond(request, self._within_limits)

    def _within_limits(self, request: Request) -> Response:
        seconds = self.limits.admit(urlsplit(request.target).path)
        if seconds > 0:
            return too_many_requests(seconds, next(self._forms))
        return respond(self.venue, request)


def exchange_server(
    venue: Venue, port: int = 0, *, faults: Faults | None = None, limits: Limits | None = None
) -> HttpServer:
    """A server for `venue`, not yet open. Its URL is both GAMMA_URL and CLOB_URL."""
    exchange = Exchange(venue, faults or Faults(), limits or Limits())
    return HttpServer(exchange.respond, port=port)


def respond(venue: Venue, request: Request) -> Response:
    """What a healthy exchange answers to one request, however many there are."""
    answer = _answer(venue, request) or _UNKNOWN
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Response(answer.status, headers, json.dumps(answer.body).encode())


def _answer(venue: Venue, request: Request) -> Answer | None:
    target = urlsplit(request.target)
    if request.method == "POST":
        return clob.post(venue, target.path, _parsed(request.body))
    if request.method != "GET":
        return None
    query = parse_qs(target.query, keep_blank_values=True)
    return clob.get(venue, target.path, query) or gamma.route(venue, target.path, query)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
