"""Scopes, checked behind API Gateway once more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client, request, sample

READ = [
    ("GET", "/paper-trading/portfolio"),
    ("GET", "/portfolios/1"),
    ("GET", "/trading/cycles"),
    ("GET", "/trading/cycles/1"),
]
TRADE = [
    ("POST", "/portfolios/create"),
    ("PATCH", "/portfolios/1"),
    ("DELETE", "/portfolios/1"),
    ("GET", "/trading/run-portfolio-cycle"),
    ("POST", "/trading/run-portfolio-cycle"),
    ("GET", "/trading/run-all-portfolios"),
    ("POST", "/trading/run-all-portfolios"),
]


@pytest.mark.parametrize(("method", "target"), [*READ, *TRADE, ("GET", "/nowhere")])
def test_missing_claims_are_401_always(offline: Client, method: str, target: str) -> None:
    answer = offline.send(request(method, f"{target}?bogus=1", "{", scope=None))
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "authorizer",
    [None, {}, {"jwt": None}, {"jwt": {}}, {"jwt": {"claims": None}}, {"jwt": {"claims": {}}}],
)
def test_empty_claims_are_missing_ones(offline: Client, authorizer: Any) -> None:
    event = sample("list_portfolios")
    event["requestContext"]["authorizer"] = authorizer
    assert offline.send(event).status == 401


@pytest.mark.parametrize(("method", "target"), READ)
@pytest.mark.parametrize("scope", ["prescient/trade", "prescient/admin", "", "prescient/reader"])
def test_reading_needs_the_read_scope(
    offline: Client, method: str, target: str, scope: str
) -> None:
    answer = offline.send(request(method, target, scope=scope))
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert answer.json["message"] == "authorization: the token lacks the scope prescient/read"


@pytest.mark.parametrize(("method", "target"), TRADE)
def test_trading_needs_the_trade_scope(offline: Client, method: str, target: str) -> None:
    answer = offline.send(request(method, target, "{", scope="openid prescient/read"))
    assert answer.status == 403
    assert answer.json["message"] == "authorization: the token lacks the scope prescient/trade"


def test_a_token_without_a_scope_claim(offline: Client) -> None:
    event = sample("list_portfolios")
    del event["requestContext"]["authorizer"]["jwt"]["claims"]["scope"]
    assert offline.send(event).status == 403


@pytest.mark.parametrize(("method", "target"), [*READ, *TRADE])
def test_the_right_scope_gets_past(offline: Client, method: str, target: str) -> None:
    scope = "prescient/read" if (method, target) in READ else "prescient/trade"
    assert offline.send(request(method, target, scope=scope)).status in (422, 503)
