"""Every error has one shape, and tells nothing of the inside."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest

from prescient.api import errors as api_errors
from prescient.api.errors import STATUSES
from prescient.core import errors
from prescient.store.database import Database
from tests.api.client import Client, portfolio, request, sample


def test_the_shape(client: Client) -> None:
    answer = client.get("/portfolios/7")
    assert answer.json == {
        "code": "portfolio_not_found",
        "message": "portfolio_id: no portfolio 7 exists",
        "details": [{"field": "portfolio_id", "rule": "no portfolio 7 exists"}],
        "request_id": "request-1",
    }


def test_the_shape_of_broken_rules(offline: Client) -> None:
    answer = offline.get("/trading/cycles?limit=0&more=1")
    assert answer.json["details"] == [{"field": "more", "rule": "is not known"}]
    answer = offline.get("/trading/cycles?limit=0")
    assert answer.json == {
        "code": "invalid_request",
        "message": "limit: must be at least 1",
        "details": [{"field": "limit", "rule": "must be at least 1"}],
        "request_id": "request-1",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("POST", "/portfolios/1/nothing"), ("GET", "/")],
)
def test_an_unknown_route(offline: Client, method: str, path: str) -> None:
    answer = offline.send(request(method, path))
    assert (answer.status, answer.json["code"]) == (404, "route_not_found")


def test_what_only_the_default_route_takes_is_an_unknown_route(offline: Client) -> None:
    answer = offline.send(sample("no_such_route"))
    assert (answer.status, answer.json["code"]) == (404, "route_not_found")


@pytest.mark.parametrize("path", ["/portfolios/1", "/nowhere", "/a/b/c"])
def test_a_preflight_needs_no_token_and_learns_nothing(offline: Client, path: str) -> None:
    answer = offline.send(sample("preflight") | {"rawPath": path})
    assert (answer.status, answer.text) == (204, "")
    assert not answer.headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/health", "GET"),
        ("DELETE", "/portfolios/compare", "GET"),
        ("PUT", "/portfolios/1", "DELETE, GET, PATCH"),
        ("HEAD", "/trading/cycles", "GET"),
        ("PATCH", "/trading/run-all-portfolios", "GET, POST"),
    ],
)
def test_a_method_that_the_path_has_not(
    offline: Client, method: str, path: str, allowed: str
) -> None:
    answer = offline.send(request(method, path))
    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed
    assert answer.rules == {"method": f"{method} is not one of {allowed}"}


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_strangers_are_not_told_which_routes_there_are(offline: Client, method: str) -> None:
    for path in ("/nowhere", "/portfolios/1"):
        answer = offline.send(request(method, path, scope=None))
        assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
        assert answer.rules == {"authorization": "a bearer token is needed"}


ACCEPTED = ["", "*/*", "application/json", "text/html, Application/*;q=0.1", "APPLICATION/JSON"]


@pytest.mark.parametrize("accept", ACCEPTED)
def test_json_is_answered_to_whoever_takes_it(client: Client, accept: str) -> None:
    assert client.get("/trading/cycles", headers={"accept": accept}).status == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml, a/*", "application/json;q=0"])
def test_what_the_caller_does_not_accept_is_refused(offline: Client, accept: str) -> None:
    answer = offline.get("/trading/cycles", headers={"accept": accept})
    assert (answer.status, answer.json["code"]) == (406, "not_acceptable")
    assert answer.rules == {"accept": "the route answers with application/json or text/csv"}


def test_the_details_are_bounded(offline: Client) -> None:
    surplus = {f"key{number}": number for number in range(10_000)}
    answer = offline.post("/portfolios/create", {**portfolio(), **surplus, "k" * 5000: 1})
    assert answer.status == 422
    assert len(answer.json["details"]) == 100
    assert answer.json["message"].endswith("; and 9901 more")
    assert len(answer.text) < 20_000


def test_an_answer_does_not_grow_with_a_field(offline: Client) -> None:
    for target in (f"/trading/cycles?{'k' * 100_000}=1", f"/trading/cycles?limit={'9' * 100_000}"):
        answer = offline.get(target)
        assert answer.status == 422
        assert len(answer.text) < 5000


def test_every_error_of_the_callers_names_field_and_rule() -> None:
    """Those whose words the class itself writes; the others are seen where they are raised."""
    written: list[Exception] = [
        errors.PortfolioNotFound(1),
        errors.PositionNotFound(1, 2),
        errors.PortfolioNotActive(1, "paused"),
        errors.NoActivePortfolio(),
        errors.NameTaken("a"),
        errors.PortfolioDeleted(1),
        errors.IdempotencyConflict("k"),
        errors.PauseNotFound(1),
        errors.VersionNotFound(1, 2),
        errors.VersionConflict(3),
    ]
    for error in written:
        assert re.match(r"[\w-]+: ", str(error)), error


BAD_BODIES = [
    "{",
    "not json",
    "[]",
    '[{"name": "x"}]',
    '"text"',
    "5",
    "null",
    '{"name": "a", "name": "b"}',
    '{"strategy_config": {"min_drift": 0, "min_drift": 1}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_cannot_be_read(offline: Client, body: str) -> None:
    for method, target in (("POST", "/portfolios/create"), ("PATCH", "/portfolios/1")):
        answer = offline.send(request(method, target, body))
        assert (answer.status, answer.json["code"]) == (400, "malformed_request"), answer.text
        assert answer.json["message"].startswith("body: ")


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('{"initial_balance": NaN}', "initial_balance"),
        ('{"initial_balance": Infinity}', "initial_balance"),
        ('{"initial_balance": -Infinity}', "initial_balance"),
        ('{"initial_balance": 1e400}', "initial_balance"),
        ('{"initial_balance": 1e99999999999999999999}', "initial_balance"),
        ('{"initial_balance": ' + "9" * 5000 + "}", "initial_balance"),
        ('{"name": "a\\u0000b"}', "name"),
        ('{"name": "\\ud800"}', "name"),
        ('{"strategy_config": {"min_drift": NaN}}', "strategy_config.min_drift"),
        ('{"strategy_config": {"market_types": ["\\udfff"]}}', "strategy_config.market_types.0"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(offline: Client, written: str, field: str) -> None:
    answer = offline.post("/portfolios/create", written)
    assert (answer.status, answer.json["code"]) == (422, "invalid_request")
    assert list(answer.rules) == [field]


@pytest.mark.parametrize("body", [None, ""])
def test_a_missing_body(offline: Client, body: str | None) -> None:
    answer = offline.send(request("POST", "/portfolios/create", body))
    assert answer.status == 422
    assert answer.rules == {"body": "is required"}


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"name": "\xe4"}'])
def test_a_body_that_is_not_utf8(offline: Client, content: bytes) -> None:
    event = request("POST", "/portfolios/create", base64.b64encode(content).decode())
    event["isBase64Encoded"] = True
    assert offline.send(event).status == 400


def test_a_body_in_base64_is_read(client: Client) -> None:
    event = request("POST", "/portfolios/create", portfolio(name="Ä"))
    event["body"] = base64.b64encode(event["body"].encode()).decode()
    event["isBase64Encoded"] = True
    assert client.send(event).status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/plain; note=application/json",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "Multipart/Form-Data; boundary=x",
    ],
)
def test_only_json_is_read(offline: Client, content_type: str) -> None:
    headers = {"content-type": content_type}
    answer = offline.post("/portfolios/create", portfolio(), headers=headers)
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")
    assert answer.json["message"] == "content-type: must be application/json"


def test_a_body_without_a_type_is_refused(offline: Client) -> None:
    event = request("POST", "/portfolios/create", portfolio())
    del event["headers"]["content-type"]
    answer = offline.send(event)
    assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "Application/json; Charset=UTF-8", "APPLICATION/JSON"],
)
def test_json_is_read_in_any_letter_case(client: Client, name: str, content_type: str) -> None:
    event = request("POST", "/portfolios/create", portfolio())
    del event["headers"]["content-type"]
    event["headers"][name] = content_type
    assert client.send(event).status == 200


@pytest.mark.parametrize("name", ["idempotency-key", "Idempotency-Key", "IDEMPOTENCY-KEY"])
def test_header_names_are_read_in_any_letter_case(client: Client, name: str) -> None:
    """A key with a comma too, which Powertools would take for two values."""
    first, again = (client.create(headers={name: "a,b"}) for _ in range(2))
    assert first == again


def test_an_unreachable_database(offline: Client) -> None:
    answer = offline.get("/portfolios/1")
    assert (answer.status, answer.json["code"]) == (503, "database_unavailable")
    assert answer.json["message"] == "the database cannot be reached; try again"
    assert answer.headers["Retry-After"] == "5"


def test_an_outdated_schema(client: Client) -> None:
    client.world.rows("UPDATE alembic_version SET version_num = '0001' RETURNING 1")
    answer = client.get("/health/details")
    assert (answer.status, answer.json["code"]) == (503, "schema_version_mismatch")


def test_an_unexpected_error_tells_nothing(
    offline: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Database, "reading", _raising(KeyError("a secret")))
    answer = offline.get("/trading/cycles")
    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "KeyError" not in answer.text
    (logged,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert logged.exc_info is not None
    assert isinstance(logged.exc_info[1], KeyError)


def test_every_domain_error_has_a_status() -> None:
    known = {
        kind
        for module in (errors, api_errors)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, errors.PrescientError)
    }
    families = {
        errors.PrescientError,
        errors.PassingError,
        errors.PortfolioConflict,
        api_errors.ApiError,
    }
    assert known - families == set(STATUSES)


RAISED: list[tuple[Exception, int, str]] = [
    (errors.SerializationFailure("tuple of relation x"), 503, "serialization_failure"),
    (errors.DeadlockDetected("process 5 waits"), 503, "deadlock_detected"),
    (errors.ClaimLost("cycle 1 has ended"), 409, "claim_lost"),
    (errors.ExchangeUnavailable("GET /time: answered HTML"), 503, "exchange_unavailable"),
]


@pytest.mark.parametrize(("error", "status", "code"), RAISED)
def test_errors_of_the_steps(
    offline: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr(Database, "reading", _raising(error))
    answer = offline.get("/trading/cycles")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert "relation" not in answer.text
    assert "process" not in answer.text


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_text_of_a_query_holds_no_nul(offline: Client) -> None:
    answer = offline.get("/markets?tag=a%00b")
    assert (answer.status, answer.rules) == (422, {"tag": "holds NUL"})


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
def test_an_empty_change_names_nothing(offline: Client, content_type: str) -> None:
    answer = offline.patch("/portfolios/1", "{}", headers={"content-type": content_type})
    assert (answer.status, answer.rules) == (422, {"body": "names no field to change"})


def test_a_type_without_a_body_is_no_body(offline: Client) -> None:
    answer = offline.post("/portfolios/create", headers={"content-type": "text/plain"})
    assert (answer.status, answer.rules) == (422, {"body": "is required"})
