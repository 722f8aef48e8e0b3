"""The gateway speaks API Gateway's payload format 2.0, and lets in whom its authorizer would."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.aws import token
from local.aws.dispatcher import Invocation
from local.aws.gateway import Gateway
from local.aws.template import read_template

DASHBOARD = "http://localhost:3000"
KEY = token.new_key()
TEMPLATE = read_template({"Stage": "dev", "DatabaseUrl": "postgresql://localhost/x"})


class FakeDispatcher:
    """Remembers the event and answers what it is told to."""

    def __init__(self, payload: object = None, function_error: str | None = None) -> None:
        self.event: dict[str, Any] = {}
        self.answer = Invocation(payload or {"statusCode": 200, "body": "{}"}, function_error)

    def invoke(self, function: str, event: dict[str, Any]) -> Invocation:
        assert function in TEMPLATE.functions
        self.event = event
        return self.answer


def _respond(
    target: str,
    dispatcher: FakeDispatcher | None = None,
    *,
    scope: str = "admin",
    headers: Mapping[str, str] | None = None,
    **options: Any,
) -> Response:
    """The answer to a request with a token of `scope`; `headers` replace the usual ones."""
    usual = {"authorization": f"Bearer {token.signed(KEY, scope)}"}
    request = Request.from_values(target, headers={**usual, **(headers or {})}, **options)
    return Gateway(TEMPLATE, dispatcher or FakeDispatcher(), KEY).respond(request)


def _refusal(response: Response) -> tuple[int, str]:
    """Status and code of an answer with the API's error body."""
    body = response.get_json()
    assert body.keys() == {"code", "message", "details", "request_id"}
    if response.status_code < 500:
        [detail] = body["details"]
        assert body["message"] == f"{detail['field']}: {detail['rule']}"
    return response.status_code, body["code"]


def test_an_event_tells_the_request() -> None:
    dispatcher = FakeDispatcher()
    _respond(
        "/portfolios/create?dry=1&tag=a&tag=b", dispatcher, method="POST", json={"name": "One"}
    )
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
    _respond("/health", dispatcher)
    assert {"body", "queryStringParameters", "pathParameters"}.isdisjoint(dispatcher.event)
    assert "authorizer" not in dispatcher.event["requestContext"]


def test_binary_bodies_travel_as_base64() -> None:
    dispatcher = FakeDispatcher()
    _respond("/portfolios/create", dispatcher, method="POST", data=b"\xff")
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
    _respond(path, dispatcher)
    assert dispatcher.event["routeKey"] == route
    assert dispatcher.event.get("pathParameters") == parameters


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *((method, "/nowhere") for method in ("GET", "HEAD", "PROPFIND")),
        *(("GET", path) for path in ("/", "/portfolios/7/8", "/health/", "//health", "")),
        *((method, "/portfolios/7") for method in ("HEAD", "PUT", "TRACE")),
        ("HEAD", "/health"),
        ("POST", "/portfolios/compare"),
        ("OPTIONS", "/"),
    ],
)
def test_what_no_route_takes_goes_to_the_function_with_any_token(method: str, target: str) -> None:
    dispatcher = FakeDispatcher()
    assert _respond(target, dispatcher, scope="read", method=method).status_code == 200
    assert dispatcher.event["routeKey"] == "$default"
    assert dispatcher.event["requestContext"]["http"]["method"] == method
    assert dispatcher.event["requestContext"]["authorizer"]["jwt"]["scopes"] is None
    assert "pathParameters" not in dispatcher.event
    stranger = _respond(target, dispatcher, headers={"authorization": ""}, method=method)
    assert stranger.status_code == 401


def test_a_path_is_decoded_before_it_is_matched() -> None:
    dispatcher = FakeDispatcher()
    _respond("/portfolios/%31/%70ause", dispatcher, method="POST")
    assert dispatcher.event["routeKey"] == "POST /portfolios/{portfolio_id}/pause"
    assert dispatcher.event["rawPath"] == "/portfolios/1/pause"
    assert dispatcher.event["requestContext"]["http"]["path"] == "/portfolios/1/pause"
    assert dispatcher.event["pathParameters"] == {"portfolio_id": "1"}
    _respond("/portfolios/7%2F8", dispatcher)
    assert dispatcher.event["routeKey"] == "$default"
    _respond("/portfolios/%2531", dispatcher)
    assert dispatcher.event["pathParameters"] == {"portfolio_id": "%31"}


def test_the_function_hears_the_claims_of_the_token() -> None:
    dispatcher = FakeDispatcher()
    _respond("/portfolios/7", dispatcher, scope="trade")
    jwt = dispatcher.event["requestContext"]["authorizer"]["jwt"]
    assert jwt["scopes"] == ["prescient/read"]
    assert jwt["claims"]["sub"] == "local-developer"
    assert jwt["claims"]["scope"] == "prescient/read prescient/trade"
    assert all(isinstance(value, str) for value in jwt["claims"].values())


def _unsigned() -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, {"scope": "prescient/read"})]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer \xff.\x80.\x00",
        f"Bearer {_unsigned()}",
        f"Basic {token.signed(KEY, 'admin')}",
        f"Bearer {token.signed(KEY, 'admin')}x",
        f"Bearer {token.signed(KEY, 'admin')},{token.signed(KEY, 'admin')}",
        f"Bearer {token.signed(token.new_key(), 'admin')}",
        f"Bearer {token.signed(KEY, 'admin', timedelta(seconds=-1))}",
    ],
)
def test_without_a_token_that_holds_only_health_answers(authorization: str) -> None:
    headers = {"authorization": authorization}
    assert _respond("/health", headers=headers).status_code == 200
    dispatcher = FakeDispatcher()
    response = _respond("/portfolios/7", dispatcher, headers=headers)
    assert _refusal(response) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert dispatcher.event == {}


def test_an_expired_token_is_called_so() -> None:
    expired = token.signed(KEY, "read", timedelta(seconds=-1))
    response = _respond("/portfolios/7", headers={"authorization": f"Bearer {expired}"})
    [detail] = response.get_json()["details"]
    assert detail["field"] == "authorization"
    assert detail["rule"].startswith("the token has expired; make token")


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("read", {"GET"}), ("trade", {"GET", "PATCH"}), ("admin", {"GET", "PATCH", "POST"})],
)
def test_a_token_is_good_for_its_scopes(scope: str, allowed: set[str]) -> None:
    targets = {"GET": "/portfolios/7", "PATCH": "/portfolios/7", "POST": "/reconcile"}
    for method, target in targets.items():
        response = _respond(target, scope=scope, method=method)
        if method in allowed:
            assert response.status_code == 200
        else:
            assert _refusal(response) == (403, "forbidden")
            assert "insufficient_scope" in response.headers["www-authenticate"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost, evil.example", "localhost.:80", "", "["],
)
def test_a_name_that_has_come_to_mean_this_machine_reads_nothing(host: str) -> None:
    """DNS rebinding: the browser believes that the page's own server answers."""
    for target in ("/health", "/portfolios/7"):
        assert _refusal(_respond(target, headers={"host": host})) == (403, "foreign_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_has_several_names(host: str) -> None:
    assert _respond("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3001", ""])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_origin_may_call(origin: str, method: str) -> None:
    response = _respond("/portfolios/7", method=method, headers={"origin": origin})
    assert _refusal(response) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in response.headers


def test_the_dashboards_pages_may_call_and_read_refusals_too() -> None:
    for authorization, status in {"": 401, f"Bearer {token.signed(KEY, 'read')}": 200}.items():
        headers = {"origin": DASHBOARD, "authorization": authorization}
        response = _respond("/portfolios/7", headers=headers)
        assert response.status_code == status
        assert response.headers["access-control-allow-origin"] == DASHBOARD
        assert response.headers["access-control-expose-headers"] == "etag,retry-after"
        assert response.headers["vary"] == "origin"


def test_a_page_of_this_server_may_call() -> None:
    headers = {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}
    assert _respond("/portfolios/7", headers=headers).status_code == 200


@pytest.mark.parametrize("target", ["/portfolios/7", "/nowhere", "/a/b/c"])
def test_a_preflight_needs_no_token_and_tells_the_dashboard_what_it_may_do(target: str) -> None:
    headers = {"origin": DASHBOARD, "authorization": ""}
    dispatcher = FakeDispatcher({"statusCode": 204})
    response = _respond(target, dispatcher, method="OPTIONS", headers=headers)
    assert dispatcher.event["routeKey"] == "OPTIONS /{proxy+}"
    assert dispatcher.event["pathParameters"] == {"proxy": target.removeprefix("/")}
    assert "authorizer" not in dispatcher.event["requestContext"]
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == DASHBOARD
    assert "PATCH" in response.headers["access-control-allow-methods"].split(",")
    assert "authorization" in response.headers["access-control-allow-headers"].split(",")
    assert response.headers["access-control-max-age"] == "600"


def test_a_route_that_the_template_throttles_refuses_the_call_too_many() -> None:
    gateway = Gateway(TEMPLATE, FakeDispatcher(), KEY)
    headers = {"authorization": f"Bearer {token.signed(KEY, 'admin')}"}

    def run_all(method: str) -> Response:
        request = Request.from_values("/trading/run-all-portfolios", method=method, headers=headers)
        return gateway.respond(request)

    burst = TEMPLATE.throttling["POST /trading/run-all-portfolios"].burst
    assert [run_all("POST").status_code for _ in range(burst)] == [200] * burst
    refused = run_all("POST")
    assert _refusal(refused) == (429, "too_many_requests")
    assert refused.headers["retry-after"] == "1"
    assert run_all("GET").status_code == 200


def test_an_answer_is_passed_on() -> None:
    answer = {"statusCode": 409, "headers": {"Retry-After": "1"}, "body": '{"code": "conflict"}'}
    response = _respond("/health", FakeDispatcher(answer))
    assert response.status_code == 409
    assert response.headers["retry-after"] == "1"
    assert response.get_json() == {"code": "conflict"}


def test_a_failed_function_tells_nothing_to_the_caller() -> None:
    described = {"errorType": "KeyError", "errorMessage": "secret"}
    response = _respond("/health", FakeDispatcher(described, "Unhandled"))
    assert _refusal(response) == (500, "internal_error")
    assert "secret" not in response.get_data(as_text=True)


def test_a_function_that_is_busy_for_too_long_can_be_asked_again() -> None:
    described = {"errorType": "TooManyRequestsException", "errorMessage": "Rate Exceeded."}
    response = _respond("/health", FakeDispatcher(described, "Unhandled"))
    assert _refusal(response) == (503, "too_busy")
    assert response.headers["retry-after"] == "5"
