"""The embedded server: shared, restarted, reachable over TCP; and the databases of tests."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from local.postgres import databases
from local.postgres.server import Listener, Postgres, PostgresFailed, throwaway


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def test_the_last_one_to_close_a_server_stops_it(tmp_path: Path) -> None:
    with throwaway() as server:
        url = server.url()
        joined = Postgres(server.directory)
        joined.open()
        server.close()
        assert _answers(url)
        joined.close()
        assert not _answers(url)


def test_data_outlives_the_server() -> None:
    with throwaway() as server:
        databases.create(server.url("kept"))
        server.close()
        server.open()
        assert databases.exists(server.url("kept"))


def test_a_listener_is_reachable_over_tcp() -> None:
    with throwaway(Listener.on_free_port()) as server:
        assert _answers(server.tcp_url())


def test_a_server_without_listener_has_no_tcp_url(postgres_server: Postgres) -> None:
    with pytest.raises(ValueError, match="no TCP address"):
        postgres_server.tcp_url()


def test_a_failed_start_tells_what_postgres_said(tmp_path: Path) -> None:
    with throwaway() as server:
        server.close()
        broken = Postgres(server.directory, settings=("max_connections=none",))
        with pytest.raises(PostgresFailed, match="max_connections"):
            broken.open()


@pytest.mark.parametrize("name", ["long" * 30, "it's, my 100% späces", "größe"])
def test_a_path_that_no_socket_could_have_is_no_obstacle(name: str) -> None:
    with throwaway() as server:
        directory = server.directory / name
        with Postgres(directory) as deep:
            assert _answers(deep.url())


def test_each_test_has_a_migrated_database(database_url: str, template_database: str) -> None:
    assert databases.name_of(database_url) != template_database
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM portfolios").fetchone() == (0,)


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute(query).fetchone() == (0,)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://u:p%40ss@h:5432/d?sslmode=require",
            "postgresql://u@h:5432/d?sslmode=require",
        ),
        ("postgresql://u@/d?host=/s&password=pass&port=1", "postgresql://u@/d?host=/s&port=1"),
        ("postgresql://h/d", "postgresql://h/d"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert databases.without_password(url) == shown
