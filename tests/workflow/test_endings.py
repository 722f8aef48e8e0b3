"""How `make run` and `make serve` end when their user wants it, and when they must not begin."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from local.demo import database, polymarket, run, serve
from local.http_server import listening
from local.ownership import owned
from local.postgres import databases
from local.postgres.migrations import prepare
from local.postgres.server import Postgres
from local.stopping import Stopping
from tests.workflow.processes import PATHS, started

MAINS = {"run": run.main, "serve": serve.main}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a command; its `.local` goes there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def last_run(
    folder: Path,
    postgres_server: Postgres,
    template_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The URL of what stands for the database under `.local`, migrated and without portfolios."""
    name = f"last_run_{os.getpid()}"
    monkeypatch.setattr(database, "DATABASE", name)
    monkeypatch.setattr(database, "laptop_server", lambda _: Postgres(postgres_server.directory))
    url = databases.create(postgres_server.url(name), template=template_database)
    yield url
    databases.drop(url)


def _trading(folder: Path, **settings: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return started("local.start", "run", folder=folder, DAYS="30", **settings)


def _read_until(process: subprocess.Popen[str], text: str) -> None:
    """Read what the command shows on standard error until it has this text."""
    assert process.stderr is not None
    assert any(text in line for line in process.stderr), f"it ended without {text}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_a_run_in_good_order(
    tmp_path: Path, database_url: str, number: signal.Signals
) -> None:
    with _trading(tmp_path, DATABASE_URL=database_url) as process:
        _read_until(process, "Trading")
        process.send_signal(number)
        _read_until(process, "Stopping: what runs is finished first. Ctrl-C again ends it at once.")
        shown, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert shown.endswith("Stopped.\n")
    assert "Traceback" not in said
    assert "{" not in shown + said, "a line of the log"


def test_the_second_signal_ends_it_at_once_and_leaves_no_server() -> None:
    # Not under pytest's own folder, which root's Postgres may not enter.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with _trading(Path(folder)) as process:
            _read_until(process, "Trading")
            process.send_signal(signal.SIGINT)
            _read_until(process, "Stopping")
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Ended at once." in said
        assert "Traceback" not in said
        assert not _is_running(Path(folder))


def _is_running(folder: Path) -> bool:
    """Tell whether the server of `.local` runs; one that was killed leaves its file behind."""
    file = folder / ".local/postgres/data/postmaster.pid"
    pid = int(file.read_text().splitlines()[0]) if file.exists() else 0
    return pid > 0 and Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("asks", "owner", "way_out"),
    [
        ("run", "run", "Wait for its end, or stop it: kill"),
        ("run", "serve", "`make run` would begin its database anew: stop it first, kill"),
        ("serve", "run", "Serve when it has ended, or stop it: kill"),
        ("serve", "serve", "Two would run two clocks on one database: use it, or stop it: kill"),
    ],
)
def test_one_command_at_a_time_owns_the_folder(
    folder: Path, capsys: pytest.CaptureFixture[str], asks: str, owner: str, way_out: str
) -> None:
    with _owner(owner) as process:
        assert MAINS[asks]() == 2
        shown = " ".join(capsys.readouterr().out.split())
        assert shown.startswith(f"`make {owner}` (process {process.pid}) uses .local.")
        assert f"{way_out} {process.pid}." in shown
        assert [path.name for path in Path(".local").iterdir()] == ["owner.lock"]
        process.kill()
        process.wait()
        with owned(asks):
            pass  # the lock died with its process


@contextmanager
def _owner(command: str) -> Iterator[subprocess.Popen[str]]:
    code = "import sys; from local.ownership import owned\nwith owned(sys.argv[1]): print('owned', "
    code += "flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, command],
        env={**os.environ, "PYTHONPATH": PATHS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "owned\n"
        yield process
        process.kill()


def _own_portfolio(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO portfolios (name, folded_name, strategy_type, initial_balance,"
            " current_balance, peak_equity, created_at, last_updated)"
            " VALUES ('Mine', 'mine', 'momentum', 1000, 1000, 1000, now(), now())"
        )


def _names(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM portfolios")]


def test_portfolios_that_no_run_made_are_never_dropped_unasked(
    last_run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _own_portfolio(last_run)
    assert run.main() == 2
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(r"The database last_run_\d+ in .local/postgres has portfolios", shown)
    assert "that no run made (Mine)" in shown
    assert "FRESH=yes" in shown
    assert _names(last_run) == ["Mine"]


def test_they_are_dropped_with_fresh_yes(last_run: str) -> None:
    _own_portfolio(last_run)
    with database.begun_anew(Stopping(), drop_all=True) as url:
        prepare(url)
        assert _names(url) == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("EXCHANGE=recorded:nope", "nope"),
        ("EXCHANGE=paper", "EXCHANGE=paper"),
        ("DAYS=0.2", "DAYS=0.2: use a whole number above 0"),
        ("FRESH=perhaps", "FRESH: must be yes or no"),
        ("EXCHANGE=live", "EXCHANGE=live: Polymarket does not answer"),
    ],
)
def test_a_setting_that_is_refused_drops_nothing(
    last_run: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    told: str,
) -> None:
    monkeypatch.setattr(polymarket, "CLOB_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(polymarket, "FETCH_SECONDS", 1)
    monkeypatch.setenv(*setting.split("="))
    assert run.main() == 2
    assert told in " ".join(capsys.readouterr().out.split())
    assert databases.exists(last_run)
    assert not Path(".local").exists()


def test_a_database_that_psql_has_open_is_not_dropped(
    last_run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(last_run):
        assert run.main() == 2
    assert "in use" in capsys.readouterr().out
    assert databases.exists(last_run)


@pytest.mark.parametrize("port", ["abc", "80808", "-1", "8000.5"])
def test_a_port_that_is_none_is_told_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setenv("PORT", port)
    assert serve.main() == 2
    assert capsys.readouterr().out == f"PORT={port}: use a whole number from 1 to 65535\n"
    assert not any(folder.iterdir())


def test_a_port_in_use_is_told_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(0) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert serve.main() == 2
    shown = capsys.readouterr().out
    assert shown.startswith(f"PORT={port}: address already in use: name another, PORT=")
    assert shown.count("\n") == 1
    assert not Path(".local/postgres").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("main", [run.main, serve.main])
def test_a_read_only_folder_is_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], main: Callable[[], int]
) -> None:
    folder.chmod(0o500)
    assert main() == 2
    shown = capsys.readouterr().out
    assert "cannot be written" in shown
    assert shown.count("\n") == 1


def test_a_file_in_the_place_of_the_folder_is_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".local").touch()
    assert run.main() == 2
    shown = capsys.readouterr().out
    assert "cannot be written" in shown
    assert shown.count("\n") == 1


def test_what_takes_its_time_shows_a_sign_of_life() -> None:
    """Counted, not timed: while the process sleeps, its beats must not."""
    code = "import time; from local.heartbeat import Heartbeat\nwith Heartbeat('Working'): "
    code += "time.sleep(4)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("Working ...") >= 2
    assert done.stdout == ""
