"""The roles are made by any login that may make roles, whichever login owned the tables before."""

from __future__ import annotations

import json
import re
from pathlib import Path

import boto3
import psycopg
import pytest
from moto import mock_aws

from functions.migrate import app as migrate
from local.postgres import migrations
from local.postgres.server import Postgres
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.runtime.environment import Environment
from prescient.runtime.login import login
from prescient.runtime.settings import Settings
from prescient.store import health, revisions, roles
from prescient.store.database import SCHEMA_VERSION, Database
from tests.fixtures.tls import behind_tls
from tests.isolation.cluster import MASTER, ROLES, Cluster
from tests.migrations.chain import PARTS, VERSIONS
from tests.migrations.old_database import OldDatabase

BASELINE = (VERSIONS / "0001_schema_v1/01_tables.sql").read_text("utf-8")
AT_BASELINE = "CREATE TABLE alembic_version AS SELECT '0001'::varchar(32) AS version_num"
ASSIGNED = "SELECT pg_current_xact_id_if_assigned()"


def test_a_master_without_superuser_migrates_a_fresh_database(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE DATABASE one")
    cluster.migrate("one")
    assert cluster.owners("one") == {roles.OWNER}
    for role in (roles.APP, roles.PORTFOLIO):
        database = Database(cluster.url("one", role))
        with database.transaction(PortfolioId(1)) as session:
            assert health.check(session).schema_version == SCHEMA_VERSION
        database.close()


def test_the_roles_have_nothing_of_a_superuser(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE DATABASE one")
    cluster.migrate("one")
    query = """
        SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s) AND NOT (
            rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        ) AND rolcanlogin = (rolname <> 'prescient_owner')"""
    assert cluster.ask(query, list(ROLES)) == len(ROLES)


def test_a_second_time_changes_nothing(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE DATABASE one")
    cluster.migrate("one")
    with psycopg.connect(cluster.url("one")) as connection:
        roles.bootstrap(connection, revisions.our_tables())
        assert connection.execute(ASSIGNED).fetchone() == (None,)
        assert connection.execute("SELECT current_user").fetchone() == (roles.OWNER,)


def test_a_second_database_of_the_cluster_finds_the_roles(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE DATABASE one", "CREATE DATABASE two")
    cluster.migrate("one")
    cluster.migrate("two")
    assert cluster.owners("two") == {roles.OWNER}


def test_the_master_need_not_own_the_old_tables(cluster: Cluster) -> None:
    """As on RDS: it created the login that owns them, and so may join it."""
    cluster.run(MASTER, "CREATE ROLE trader LOGIN", "CREATE DATABASE old")
    cluster.run(MASTER, "GRANT CREATE ON SCHEMA public TO trader", database="old")
    cluster.run("trader", BASELINE, AT_BASELINE, database="old")
    of_trader = OldDatabase(cluster.url("old", "trader"))
    of_trader.add("portfolio_state")
    of_trader.add("trading_signals", trade_id=of_trader.buy(), executed=True)
    before = of_trader.content()
    cluster.migrate("old")
    assert cluster.owners("old") == {roles.OWNER, "pg_database_owner"}
    assert not cluster.ask("SELECT pg_has_role('master', 'trader', 'USAGE')")
    migrations.downgrade(cluster.url("old"), "0001")
    assert cluster.owners("old") == {roles.OWNER, "pg_database_owner", "trader"}
    assert not cluster.ask("SELECT pg_has_role('master', 'trader', 'USAGE')")
    assert of_trader.content() == before
    of_trader.buy()


def test_nor_the_old_database(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE ROLE trader LOGIN CREATEDB")
    cluster.run("trader", "CREATE DATABASE old")
    cluster.run("trader", BASELINE, database="old")
    with cluster.bootstrapped("old"):
        pass
    assert cluster.owners("old") == {roles.OWNER, "pg_database_owner"}
    assert not cluster.ask("SELECT pg_has_role('master', 'trader', 'USAGE')")


def test_a_missing_grant_is_named_and_nothing_changes(cluster: Cluster) -> None:
    cluster.run("postgres", "CREATE ROLE stranger LOGIN CREATEDB")
    cluster.run("stranger", "CREATE DATABASE old")
    cluster.run("stranger", BASELINE, database="old")
    with (
        psycopg.connect(cluster.url("old")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="GRANT stranger TO master"),
    ):
        roles.bootstrap(connection, revisions.our_tables())
    assert roles.OWNER not in cluster.owners("old")
    assert not cluster.ask("SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s)", list(ROLES))


def test_tables_of_an_extension_stay_where_they_are(cluster: Cluster) -> None:
    cluster.run(MASTER, "CREATE DATABASE one")
    cluster.run(
        "postgres",
        "CREATE TABLE of_extension ()",
        "ALTER EXTENSION plpgsql ADD TABLE of_extension",
        database="one",
    )
    with cluster.bootstrapped("one"):
        pass
    query = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'of_extension'"
    assert cluster.ask(query, database="one") == "postgres"


def test_on_rds_the_functions_log_in_by_iam_and_the_master_keeps_its_password(
    cluster: Cluster,
) -> None:
    cluster.run(
        "postgres",
        "CREATE ROLE rds_iam",
        "GRANT rds_iam TO master WITH ADMIN OPTION, INHERIT FALSE, SET FALSE",
    )
    cluster.run(MASTER, "CREATE DATABASE one")
    cluster.migrate("one")
    query = """
        SELECT array_agg(rolname ORDER BY rolname) FROM pg_roles
        WHERE pg_has_role(oid, 'rds_iam', 'USAGE') AND NOT rolsuper AND rolname <> 'rds_iam'"""
    assert cluster.ask(query) == [roles.APP, roles.PORTFOLIO]


def test_on_rds_a_migrator_without_a_password_does_as_well(cluster: Cluster) -> None:
    """As docs/deployment.md makes it: a token of IAM is all that it logs in with."""
    cluster.run(
        "postgres", "CREATE ROLE rds_iam", "GRANT rds_iam TO master WITH ADMIN OPTION, SET FALSE"
    )
    cluster.run(
        MASTER,
        "CREATE ROLE prescient_migrator LOGIN CREATEROLE CREATEDB",
        "GRANT rds_iam TO prescient_migrator WITH ADMIN OPTION",
    )
    cluster.run("prescient_migrator", "CREATE DATABASE one")
    migrations.upgrade(cluster.url("one", "prescient_migrator"))
    assert cluster.owners("one") == {roles.OWNER}
    for role in ("prescient_migrator", roles.APP, roles.PORTFOLIO):
        assert cluster.ask("SELECT pg_has_role(%s, 'rds_iam', 'USAGE')", role), role


def test_on_rds_a_first_deployment_needs_the_managed_secret_and_no_psql(
    cluster: Cluster, fresh_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The `migrate` function with the variables that the stack gives it, over TLS."""
    cluster.run(
        "postgres",
        "CREATE ROLE rds_iam",
        "GRANT rds_iam TO master WITH ADMIN OPTION, INHERIT FALSE, SET FALSE",
    )
    cluster.run(MASTER, "CREATE DATABASE prescient")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with behind_tls(fresh_server, tmp_path) as served, mock_aws():
        held = json.dumps({"username": MASTER, "password": "managed"})
        secrets = boto3.client("secretsmanager")
        arn = secrets.create_secret(Name="rds!cluster-1", SecretString=held)["ARN"]
        variables = {
            "DATABASE_URL": served.url("prescient"),
            "DATABASE_AUTHENTICATION": "secret",
            "DATABASE_SECRET_ARN": arn,
            "DATABASE_ROOT_CERTIFICATE": str(served.authority.file),
            "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": "migrate",
        }
        environment = Environment(Settings.from_variables(variables))
        answer = migrate.handler.bound_to(environment)({}, None)
        by_token = {"DATABASE_AUTHENTICATION": "iam", "DATABASE_USER": roles.APP}
        app = Database(login(Settings.from_variables({**variables, **by_token})))
        with app.transaction() as session:
            assert health.check(session).schema_version == answer["revision"] == SCHEMA_VERSION
        app.close()
    assert cluster.owners("prescient") == {roles.OWNER}
    for role in (roles.APP, roles.PORTFOLIO):
        assert cluster.ask("SELECT pg_has_role(%s, 'rds_iam', 'USAGE')", role), role
    assert not cluster.ask("SELECT pg_has_role('master', 'rds_iam', 'USAGE')")


def test_no_migration_creates_or_drops_a_role() -> None:
    for file in (*VERSIONS.glob("*.py"), *PARTS):
        found = re.search(r"\b(CREATE|DROP|ALTER)\s+(ROLE|USER|GROUP)\b", file.read_text("utf-8"))
        assert found is None, (file.name, found)
