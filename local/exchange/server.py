"""The exchange over HTTP: Gamma and CLOB on one loopback port."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.exchange import clob, gamma
from local.exchange.venue import Venue
from local.exchange.web import Answer
from local.http_server import HttpServer, Request, Response

_UNKNOWN = Answer(404, {"error": "not found"})


def exchange_server(venue: Venue, port: int = 0) -> HttpServer:
    """A server for `venue`, not yet open. Its URL is both GAMMA_URL and CLOB_URL."""
    return HttpServer(lambda request: respond(venue, request), port=port)


def respond(venue: Venue, request: Request) -> Response:
    """What the exchange answers to one request."""
    answer = _answer(venue, request) or _UNKNOWN
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Response(answer.status, headers, json.dumps(answer.body).encode())


def _answer(venue: Venue, request: Request) -> Answer | None:
    target = urlsplit(request.target)
    if request.method == "POST":
        return clob.post(target.path, _parsed(request.body))
    if request.method != "GET":
        return None
    query = parse_qs(target.query, keep_blank_values=True)
    return clob.get(venue, target.path) or gamma.route(venue, target.path, query)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
