"""The exchange over HTTP: Gamma and CLOB on one loopback port."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import cycle

from werkzeug.wrappers import Request, Response

from local.exchange import clob, gamma
from local.exchange.faults import CONTROL_PATH, Faults, server_error
from local.exchange.identities import named_identities
from local.exchange.limits import Limits
from local.exchange.throttling import RetryAfter, too_many_requests
from local.exchange.venue import Venue
from local.exchange.web import Answer, json_response
from local.http_server import LOOPBACK, HttpServer

_UNKNOWN = Answer(404, {"error": "not found"})


@dataclass
class Exchange:
    """An exchange behind rate limits and faults, both of which may be changed while it answers."""

    venue: Venue
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self._forms = cycle((RetryAfter.SECONDS, RetryAfter.DATE))

    def respond(self, request: Request) -> Response:
        """Answer one request, under the limits and faults of the moment."""
        if request.path == CONTROL_PATH:
            return self.faults.control(request)
        return self.faults.respond(request, self._within_limits)

    def _within_limits(self, request: Request) -> Response:
        seconds = self.limits.retry_after(request.path)
        if seconds > 0:
            return too_many_requests(seconds, next(self._forms))
        return respond(self.venue, request)


def exchange_server(
    venue: Venue,
    port: int = 0,
    *,
    faults: Faults | None = None,
    limits: Limits | None = None,
    host: str = LOOPBACK,
) -> HttpServer:
    """Return a server for `venue`, not yet open. Its URL is both GAMMA_URL and CLOB_URL."""
    exchange = Exchange(venue, faults or Faults(), limits or Limits())
    return HttpServer(exchange.respond, port=port, host=host)


def respond(venue: Venue, request: Request) -> Response:
    """Answer one request as a healthy exchange, however many there are.

    Some ids are always answered with 500, alone and in any batch.
    """
    if any(map(venue.is_poisoned, named_identities(request))):
        return server_error(500, request)
    answer = _answer(venue, request) or _UNKNOWN
    return json_response(answer.status, answer.body)


def _answer(venue: Venue, request: Request) -> Answer | None:
    if request.method == "POST":
        return clob.post(venue, request.path, request.get_json(force=True, silent=True))
    if request.method != "GET":
        return None
    query = request.args.to_dict(flat=False)
    return clob.get(venue, request.path, query) or gamma.route(venue, request.path, query)
