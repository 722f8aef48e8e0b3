"""Who a function is to Postgres, as its settings say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import boto3
import botocore.auth
import pytest

from prescient.core.errors import DatabaseUnavailable, InvalidRequest
from prescient.runtime.login import login
from prescient.runtime.settings import Settings

HOST = "db.cluster-x1.eu-west-1.rds.amazonaws.com"
BY_IAM = {
    "DATABASE_URL": f"postgresql://somebody@{HOST}:5433/prescient",
    "DATABASE_USER": "prescient_app",
    "DATABASE_AUTHENTICATION": "iam",
    "DATABASE_ROOT_CERTIFICATE": "/opt/authority.pem",
    "AWS_REGION": "eu-west-1",
}


class Clock:
    """The time that botocore signs at."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self, *_: object) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(botocore.auth, "get_current_datetime", made)
    return made


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of/this+session")


def _url(variables: dict[str, str]) -> str:
    return login(Settings.from_variables(variables))()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me@localhost/db", "postgresql://prescient_app@localhost/db"),
        ("postgresql://127.0.0.1:5433/db", "postgresql://prescient_app@127.0.0.1:5433/db"),
        ("postgresql:///db?host=/tmp", "postgresql://prescient_app@/db?host=/tmp"),
    ],
)
def test_without_a_password_the_user_is_another(url: str, expected: str) -> None:
    assert _url({"DATABASE_URL": url, "DATABASE_USER": "prescient_app"}) == expected


def test_a_password_logs_in_as_its_own_user_and_takes_the_role() -> None:
    url = "postgresql://me:pa%40ss@host/db?sslmode=verify-full&options=-c%20jit%3Doff"
    found = urlsplit(_url({"DATABASE_URL": url, "DATABASE_USER": "prescient_portfolio"}))
    assert found.netloc == "me:pa%40ss@host"
    assert dict(parse_qsl(found.query)) == {
        "sslmode": "verify-full",
        "options": "-c jit=off -c role=prescient_portfolio",
    }


def test_without_a_user_the_url_stays_as_it_is() -> None:
    url = "postgresql://master:pass@localhost/db?connect_timeout=3"
    assert _url({"DATABASE_URL": url, "DATABASE_USER": ""}) == url


@pytest.mark.usefixtures("credentials")
def test_a_token_stands_for_the_password(clock: Clock) -> None:
    """It is the one that AWS's own client makes, the server has to prove itself."""
    found = urlsplit(_url(BY_IAM))
    client = boto3.client("rds", region_name="eu-west-1")
    assert unquote(found.password or "") == client.generate_db_auth_token(
        HOST, 5433, "prescient_app", "eu-west-1"
    )
    assert (found.username, found.hostname, found.port) == ("prescient_app", HOST, 5433)
    assert parse_qs(found.query) == {
        "sslmode": ["verify-full"],
        "sslrootcert": ["/opt/authority.pem"],
    }


@pytest.mark.usefixtures("credentials")
def test_the_default_port_is_signed_too(clock: Clock) -> None:
    found = urlsplit(_url({**BY_IAM, "DATABASE_URL": f"postgresql://{HOST}/prescient"}))
    assert unquote(found.password or "").startswith(f"{HOST}:5432/?Action=connect")


@pytest.mark.usefixtures("credentials")
def test_every_connection_gets_a_token_of_its_own(clock: Clock) -> None:
    connect = login(Settings.from_variables(BY_IAM))
    first = connect()
    assert connect() == first
    clock.now += timedelta(minutes=20)
    assert connect() != first


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"DATABASE_URL": f"postgresql://{HOST}/p?sslmode=require"}, "sslmode=verify-full"),
        ({"DATABASE_URL": "postgresql:///prescient"}, "needs a host and a user"),
        (
            {"DATABASE_URL": f"postgresql://{HOST}/prescient", "DATABASE_USER": ""},
            "needs a host and a user",
        ),
        ({"DATABASE_URL": f"postgresql://me:pass@{HOST}/prescient"}, "takes no password"),
        ({"DATABASE_URL": f"postgresql://{HOST}/p?password=pass"}, "takes no password"),
        (
            {"DATABASE_ROOT_CERTIFICATE": "", "AWS_REGION": "us-gov-west-1"},
            "DATABASE_ROOT_CERTIFICATE: the layer has no authorities of this AWS_REGION",
        ),
        ({"AWS_REGION": ""}, "AWS_REGION"),
        ({"DATABASE_AUTHENTICATION": "trust"}, "DATABASE_AUTHENTICATION"),
        ({"DATABASE_USER": "app; DROP"}, "DATABASE_USER"),
        ({"DATABASE_URL": "host=db dbname=prescient"}, "DATABASE_URL"),
        ({"DATABASE_STATEMENT_TIMEOUT": "0"}, "DATABASE_STATEMENT_TIMEOUT"),
    ],
)
def test_what_a_login_lacks_is_named(changes: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidRequest, match=problem):
        _url({**BY_IAM, **changes})


def test_without_credentials_nothing_is_signed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(DatabaseUnavailable, match="no AWS credentials"):
        _url(BY_IAM)
