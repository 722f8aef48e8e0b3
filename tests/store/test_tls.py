"""A connection on AWS: the server proves who it is, and the password is a token or a secret's."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import psycopg
import pytest
from moto import mock_aws
from psycopg.conninfo import conninfo_to_dict

from prescient.core.errors import DatabaseUnavailable, InvalidRequest
from prescient.runtime.login import login
from prescient.runtime.settings import Settings
from prescient.store import roles
from prescient.store.database import Database
from tests.fixtures.tls import HOST, TlsServer


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def variables(database_url: str, tls_server: TlsServer) -> dict[str, str]:
    """The variables of a function that logs in by IAM, for a test's database."""
    database = str(conninfo_to_dict(database_url)["dbname"])
    return {
        "DATABASE_URL": tls_server.url(database),
        "DATABASE_USER": roles.APP,
        "DATABASE_AUTHENTICATION": "iam",
        "DATABASE_ROOT_CERTIFICATE": str(tls_server.authority.file),
        "AWS_REGION": "us-east-1",
    }


def _user(variables: dict[str, str]) -> object:
    """Who a connection with these variables is, once it is open and encrypted."""
    database = Database(login(Settings.from_variables(variables)))
    try:
        with database.transaction() as session:
            assert session.pgconn.ssl_in_use
            return session.execute("SELECT session_user").fetchone()
    finally:
        database.close()


@pytest.mark.usefixtures("aws")
def test_a_function_logs_in_by_a_token_to_a_server_that_proves_itself(
    variables: dict[str, str],
) -> None:
    assert _user(variables) == (roles.APP,)


@pytest.mark.usefixtures("aws")
def test_a_server_of_another_authority_is_refused(
    variables: dict[str, str], tls_server: TlsServer
) -> None:
    variables["DATABASE_ROOT_CERTIFICATE"] = str(tls_server.stranger.file)
    with pytest.raises(DatabaseUnavailable, match="is of no authority that is trusted here"):
        _user(variables)


@pytest.mark.usefixtures("aws")
def test_the_authorities_of_rds_do_not_vouch_for_this_server(variables: dict[str, str]) -> None:
    del variables["DATABASE_ROOT_CERTIFICATE"]
    with pytest.raises(DatabaseUnavailable, match="is of no authority that is trusted here"):
        _user(variables)


@pytest.mark.usefixtures("aws")
def test_a_server_of_another_name_is_refused(
    variables: dict[str, str], tls_server: TlsServer
) -> None:
    variables["DATABASE_URL"] = variables["DATABASE_URL"].replace(HOST, "127.0.0.1")
    with pytest.raises(DatabaseUnavailable, match=r"proves to be localhost, not 127\.0\.0\.1"):
        _user(variables)


def test_a_url_that_asks_for_proof_gets_it_too(
    variables: dict[str, str], tls_server: TlsServer
) -> None:
    url = f"{variables['DATABASE_URL']}?sslmode=verify-full&user={roles.APP}&sslrootcert="
    trusting = {"DATABASE_URL": f"{url}{tls_server.authority.file}"}
    assert _user(trusting) == (roles.APP,)
    with pytest.raises(DatabaseUnavailable, match="is of no authority that is trusted here"):
        _user({"DATABASE_URL": f"{url}{tls_server.stranger.file}"})


@pytest.mark.usefixtures("aws")
def test_every_connection_reads_the_secret_again(variables: dict[str, str]) -> None:
    """RDS rotates it: the login of before would be refused."""
    secrets = boto3.client("secretsmanager")
    held = json.dumps({"username": "postgres", "password": "p/w@1"})
    arn = secrets.create_secret(Name="rds!cluster-1", SecretString=held)["ARN"]
    by_secret = {"DATABASE_AUTHENTICATION": "secret", "DATABASE_SECRET_ARN": arn}
    assert _user({**variables, **by_secret}) == ("postgres",)
    connect = login(Settings.from_variables({**variables, **by_secret}))
    assert conninfo_to_dict(connect())["password"] == "p/w@1"
    held = json.dumps({"username": roles.APP, "password": "rotated"})
    secrets.put_secret_value(SecretId=arn, SecretString=held)
    with psycopg.connect(connect()) as connection:
        assert (connection.info.user, connection.info.password) == (roles.APP, "rotated")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("held", ["no JSON", '"text"', '{"username": "me"}'])
def test_a_secret_of_another_form_is_refused(variables: dict[str, str], held: str) -> None:
    arn = boto3.client("secretsmanager").create_secret(Name="odd", SecretString=held)["ARN"]
    by_secret = {"DATABASE_AUTHENTICATION": "secret", "DATABASE_SECRET_ARN": arn}
    with pytest.raises(InvalidRequest, match="JSON with username and password"):
        _user({**variables, **by_secret})


@pytest.mark.usefixtures("aws")
def test_a_secret_that_is_missing_is_told_without_its_content(variables: dict[str, str]) -> None:
    by_secret = {"DATABASE_AUTHENTICATION": "secret", "DATABASE_SECRET_ARN": "arn:none"}
    with pytest.raises(DatabaseUnavailable, match="the secret arn:none cannot be read"):
        _user({**variables, **by_secret})
