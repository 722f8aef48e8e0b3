"""Under `sam local` the function verifies the token itself; on AWS its key is worth nothing."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from functions.api.app import handler as deployed
from local.aws import token
from prescient.core.errors import InvalidRequest
from prescient.runtime.settings import Settings
from tests.api.client import Client, request
from tests.world import World

KEY = token.new_key()
SAM_LOCAL = {"AWS_SAM_LOCAL": "true", "AWS_LAMBDA_LOG_STREAM_NAME": "$LATEST"}
AWS = {"AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/28/[$LATEST]0123456789abcdef0123456789abcdef"}


@pytest.fixture
def contained(offline: Client) -> Client:
    """The API as `make sam-api` starts it, without a database."""
    return Client(World(offline.world.database_url), LOCAL_KEY=KEY, **SAM_LOCAL)


def _event(method: str, target: str, authorization: str | None) -> dict[str, Any]:
    """What `sam local start-api` sends: header names as they came, no authorizer."""
    event = request(method, target, scope=None)
    if authorization is not None:
        event["headers"]["Authorization"] = authorization
    return event


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("Bearer garbage", 401),
        (f"Bearer {token.signed(token.new_key(), 'read')}", 401),
        (f"Bearer {token.signed(KEY, 'read', timedelta(seconds=-1))}", 401),
        (f"Bearer {token.signed(KEY, 'read')}", 503),  # let in: there is no database
    ],
)
def test_a_token_of_the_key_is_needed(
    contained: Client, authorization: str | None, status: int
) -> None:
    event = _event("GET", "/portfolios/1", authorization)
    untouched = copy.deepcopy(event)
    assert contained.send(event).status == status
    assert event == untouched


def test_its_scopes_count(contained: Client) -> None:
    reader, trader = (f"Bearer {token.signed(KEY, scope)}" for scope in ("read", "trade"))
    assert contained.send(_event("DELETE", "/portfolios/1", reader)).status == 403
    assert contained.send(_event("DELETE", "/portfolios/1?confirm=a", trader)).status == 503


def test_without_a_key_no_token_helps(offline: Client) -> None:
    event = _event("GET", "/portfolios/1", f"Bearer {token.signed(KEY, 'read')}")
    assert offline.send(event).status == 401


@pytest.mark.parametrize(
    "variables",
    [{}, AWS, {"AWS_SAM_LOCAL": "true"}, {"AWS_SAM_LOCAL": "true", **AWS}],
)
def test_on_aws_a_function_with_a_key_refuses_to_start(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No caller can choose the name of the log stream there: Lambda reserves the variable."""
    given = {"DATABASE_URL": "postgresql://localhost/x", "LOCAL_KEY": KEY, **variables}
    with pytest.raises(InvalidRequest, match=r"^LOCAL_KEY: only under `sam local`$"):
        Settings.from_variables(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidRequest, match="LOCAL_KEY"):
        deployed(_event("GET", "/health", f"Bearer {token.signed(KEY, 'admin')}"), None)


def test_a_key_that_can_be_guessed_is_refused() -> None:
    given = {"DATABASE_URL": "postgresql://localhost/x", "LOCAL_KEY": "secret", **SAM_LOCAL}
    with pytest.raises(InvalidRequest, match="LOCAL_KEY: String should have at least 32"):
        Settings.from_variables(given)
