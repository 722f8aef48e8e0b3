"""The gateway speaks API Gateway's payload format 2.0 and checks scopes as its authorizer does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import urllib3
from werkzeug.wrappers import Request

from local.aws.dispatcher import Invocation
from local.aws.gateway import DEVELOPER, Gateway
from local.aws.template import Route
from local.http_server import HttpServer

ROUTES = [
    Route("GET", "/health", "ApiFunction", authorized=False, scopes=()),
    Route("GET", "/portfolios/{portfolio_id}", "ApiFunction", True, ("prescient/read",)),
    Route("GET", "/portfolios/compare", "ApiFunction", True, ("prescient/read",)),
    Route("POST", "/portfolios/create", "ApiFunction", True, ("prescient/trade",)),
]


class FakeDispatcher:
    """Remembers the event and answers what it is told to."""

    def __init__(self, payload: object = None, function_error: str | None = None) -> None:
        self.event: dict[str, Any] = {}
        self.answer = Invocation(payload or {"statusCode": 200, "body": "{}"}, function_error)

    def invoke(self, function: str, event: dict[str, Any]) -> Invocation:
        assert function == "ApiFunction"
        self.event = event
        return self.answer


def _gateway(dispatcher: FakeDispatcher, claims: Mapping[str, str] | None = DEVELOPER) -> Gateway:
    return Gateway(ROUTES, dispatcher, claims)


def test_an_event_tells_the_request() -> None:
    dispatcher = FakeDispatcher()
    request = Request.from_values(
        "/portfolios/create?dry=1&tag=a&tag=b",
        method="POST",
        headers={"user-agent": "test"},
        json={"name": "One"},
    )
    _gateway(dispatcher).respond(request)
    event = dispatcher.event
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /portfolios/create"
    assert event["rawPath"] == "/portfolios/create"
    assert event["queryStringParameters"] == {"dry": "1", "tag": "a,b"}
    assert event["headers"]["content-type"] == "application/json"
    assert json.loads(event["body"]) == {"name": "One"}
    assert event["requestContext"]["http"]["method"] == "POST"


def test_what_a_request_lacks_is_missing_in_the_event() -> None:
    dispatcher = FakeDispatcher()
    _gateway(dispatcher).respond(Request.from_values("/health"))
    assert {"body", "queryStringParameters", "pathParameters"}.isdisjoint(dispatcher.event)
    assert "authorizer" not in dispatcher.event["requestContext"]


def test_binary_bodies_travel_as_base64() -> None:
    dispatcher = FakeDispatcher()
    request = Request.from_values("/portfolios/create", method="POST", data=b"\xff")
    _gateway(dispatcher).respond(request)
    assert dispatcher.event["isBase64Encoded"] is True


@pytest.mark.parametrize(
    ("path", "route", "parameters"),
    [
        ("/portfolios/7", "GET /portfolios/{portfolio_id}", {"portfolio_id": "7"}),
        ("/portfolios/a%20b", "GET /portfolios/{portfolio_id}", {"portfolio_id": "a b"}),
        ("/portfolios/compare", "GET /portfolios/compare", None),
    ],
)
def test_the_most_literal_route_answers(
    path: str, route: str, parameters: dict[str, str] | None
) -> None:
    dispatcher = FakeDispatcher()
    _gateway(dispatcher).respond(Request.from_values(path))
    assert dispatcher.event["routeKey"] == route
    assert dispatcher.event.get("pathParameters") == parameters


@pytest.mark.parametrize("target", ["/nowhere", "/portfolios/7/8", "/health/"])
def test_an_unknown_path_is_not_found(target: str) -> None:
    assert _gateway(FakeDispatcher()).respond(Request.from_values(target)).status_code == 404


def test_the_developer_has_every_scope() -> None:
    dispatcher = FakeDispatcher()
    _gateway(dispatcher).respond(Request.from_values("/portfolios/7"))
    jwt = dispatcher.event["requestContext"]["authorizer"]["jwt"]
    assert jwt["scopes"] == ["prescient/read"]
    assert set(jwt["claims"]["scope"].split()) == {
        "prescient/read",
        "prescient/trade",
        "prescient/admin",
    }


def test_without_claims_only_open_routes_answer() -> None:
    gateway = _gateway(FakeDispatcher(), claims=None)
    assert gateway.respond(Request.from_values("/health")).status_code == 200
    assert gateway.respond(Request.from_values("/portfolios/7")).status_code == 401


def test_a_missing_scope_is_forbidden() -> None:
    gateway = _gateway(FakeDispatcher(), claims={"scope": "prescient/read"})
    assert gateway.respond(Request.from_values("/portfolios/7")).status_code == 200
    request = Request.from_values("/portfolios/create", method="POST")
    assert gateway.respond(request).status_code == 403


def test_an_answer_is_passed_on() -> None:
    answer = {"statusCode": 409, "headers": {"Retry-After": "1"}, "body": '{"code": "conflict"}'}
    response = _gateway(FakeDispatcher(answer)).respond(Request.from_values("/health"))
    assert response.status_code == 409
    assert response.headers["retry-after"] == "1"
    assert response.get_json() == {"code": "conflict"}


def test_a_failed_function_tells_nothing_to_the_caller() -> None:
    dispatcher = FakeDispatcher({"errorMessage": "secret"}, "Unhandled")
    response = _gateway(dispatcher).respond(Request.from_values("/health"))
    assert response.status_code == 500
    assert response.get_json() == {"message": "Internal Server Error"}


def test_the_server_keeps_a_connection_alive_also_after_a_body_that_was_not_read() -> None:
    gateway = _gateway(FakeDispatcher({"statusCode": 200, "body": '{"status": "ok"}'}))
    with HttpServer(gateway.respond) as server, urllib3.PoolManager(maxsize=1) as client:
        for _ in range(3):
            assert client.request("POST", f"{server.url}/nowhere", body=b"unread").status == 404
            assert client.request("GET", f"{server.url}/health").json() == {"status": "ok"}
        pool = client.connection_from_url(server.url)
        assert (pool.num_connections, pool.num_requests) == (1, 6)


def test_a_taken_port_is_an_error_of_the_caller() -> None:
    gateway = _gateway(FakeDispatcher())
    with HttpServer(gateway.respond) as server, pytest.raises(OSError, match="in use"):
        HttpServer(gateway.respond, port=int(server.url.rpartition(":")[2]))
