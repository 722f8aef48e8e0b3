"""A database that cannot be reached or written says why in words of its own, never the password."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from local.postgres import databases, migrations
from local.postgres.server import Listener, Postgres, fast_server, throwaway
from operations import downgrade, migrate, reconcile, status
from prescient.core.errors import DatabaseUnavailable, MigrationRefused
from prescient.store import reach
from tests.migrations.commands import Commands, Main
from tests.migrations.old_database import OldDatabase

PASSWORD = "s3same"
COMMANDS = {
    "status": status.main,
    "migrate": migrate.main,
    "downgrade": downgrade.main,
    "reconcile": reconcile.main,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """HOST:PORT of a server whose login `owner` has a password, and `shut_out` no way in."""
    listener = Listener.on_free_port()
    with throwaway(listener) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE owner LOGIN PASSWORD 's3same'")
            connection.execute("CREATE ROLE shut_out LOGIN")
            connection.execute("CREATE ROLE group_role NOLOGIN")
            found = connection.execute("SHOW hba_file").fetchone()
            assert found
            rules = Path(found[0])
            rules.write_text(
                "host all owner all scram-sha-256\nhost all shut_out all reject\n"
                + rules.read_text()
            )
            connection.execute("SELECT pg_reload_conf()")
        yield f"{listener.host}:{listener.port}"


@pytest.fixture(scope="module")
def silent_address() -> Iterator[str]:
    """HOST:PORT of one that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield "{}:{}".format(*listening.getsockname())


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("owner:wr{password}@{address}/postgres", "the password of the login 'owner' is wrong"),
        ("owner@{address}/postgres", "the server asks for a password, and the URL has none"),
        ("owner:{password}@{address}/shop", "the server has no database 'shop': create it"),
        ("stranger:{password}@{address}/postgres", "the server has no login 'stranger'"),
        ("group_role:{password}@{address}/postgres", "'group_role' is a role that may not log in"),
        ("shut_out:{password}@{address}/postgres", "the server's pg_hba.conf does not let in host"),
        ("owner:{password}@{address}/postgres?sslmode=require", "the URL asks for TLS"),
        ("owner:{password}@127.0.0.1:1/shop", 'no server listens at "127.0.0.1", port 1'),
        ("owner:{password}@/shop?host=/nowhere", 'no server listens at "/nowhere'),
        (
            "owner:{password}@no-such-host.invalid/shop",
            "the host 'no-such-host.invalid' is",
        ),
    ],
)
def test_what_cannot_be_reached_is_told_in_its_own_words(
    address: str, commands: Commands, command: str, url: str, words: str
) -> None:
    given = f"postgresql://{url.format(address=address, password=PASSWORD)}"
    ended = commands(COMMANDS[command], DATABASE_URL=given)
    assert words in ended.lines[0]
    assert ended.lines[0].startswith("Postgres cannot be reached: ")
    assert ended.status == (2 if command == "reconcile" else 1)
    assert PASSWORD not in ended.text
    assert not Path(".local").exists()


def test_a_host_that_does_not_answer_is_given_up(
    silent_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DatabaseUnavailable, match="the host does not answer"), reach.told():
        psycopg.connect(f"postgresql://owner@{silent_address}/shop", connect_timeout=2)


@pytest.fixture(scope="module")
def standby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A standby that has a filled database `shop` of schema v1."""
    folder = tmp_path_factory.mktemp("standby")
    with fast_server(folder) as primary:
        url = databases.create(primary.url("shop"))
        migrations.upgrade(url, "0001")
        filled = OldDatabase(url)
        filled.buy()
        data = Path(filled.row("SHOW data_directory")["data_directory"])
    sign = data / "standby.signal"
    sign.touch()
    shutil.chown(sign, sign.parent.owner(), sign.parent.group())
    with fast_server(folder) as server:
        yield server


@pytest.mark.parametrize("main", [migrate.main, downgrade.main])
def test_a_standby_is_named_as_one(standby: Postgres, commands: Commands, main: Main) -> None:
    ended = commands(main, DATABASE_URL=standby.url("shop"))
    assert ended.status == 1
    assert ended.lines[-2].startswith("the server is a standby, which only reads: name its primary")


def test_status_reads_a_standby(standby: Postgres, commands: Commands) -> None:
    ended = commands(status.main, DATABASE_URL=standby.url("shop"))
    assert ended.status == 0
    assert "Revision: 0001" in ended.text
    assert "make migrate: would be refused: this is a standby" in ended.text


def test_a_login_that_only_reads_is_named_as_one(old: OldDatabase) -> None:
    with pytest.raises(MigrationRefused, match="this login's transactions are read-only"):
        migrations.upgrade(old.url + "&options=-c%20default_transaction_read_only%3Don")
