"""`make run` and `make serve`, as a user starts them."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import urllib3

from local.aws import environments, token
from local.aws.template import read_template
from local.demo import owners, run, serve
from local.demo.portfolio_sets import FOUR_MOMENTUM, ONE_A_STRATEGY, RANDOM
from local.demo.timetable import choose
from local.postgres.server import Listener
from tests.workflow.processes import ROOT, started

RECORDED = ROOT.parent / "shared" / "polymarket" / "events"
NAMES = [portfolio["name"] for portfolio in ONE_A_STRATEGY]


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a run on this test's database; its `.local` goes there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return tmp_path


def _run(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Any]:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert run.main() == 0
    written: dict[str, Any] = json.loads(Path(".local/run.json").read_text())
    return written


def test_every_strategy_trades_in_four_simulated_days(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = _run(monkeypatch, EXCHANGE="simulated", DAYS="4")
    assert (written["cycles"], written["price_updates"]) == (17, 97)
    assert written["reconciled"] is True
    strategies = [portfolio["strategy_type"] for portfolio in written["portfolios"]]
    assert strategies == [
        *("momentum", "mean_reversion", "arbitrage", "hybrid", "random"),
        "momentum",  # the twin
    ]
    assert [portfolio["name"] for portfolio in written["portfolios"]] == NAMES
    for portfolio in written["portfolios"]:
        assert portfolio["trade_count"] > 0
        equity = portfolio["current_balance"] + portfolio["total_invested"]
        equity += portfolio["unrealized_pnl"]
        assert portfolio["total_value"] == pytest.approx(equity, abs=0.001)
    _check_activity(written)
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)
    assert "the books reconcile" in shown
    assert all(title in shown for title in ("Best trades", "Worst trades", "Positions closed"))
    assert "of the other 5 did better than Random" in shown
    assert "Momentum and Momentum, no stop cannot be compared yet" in " ".join(shown.split())
    assert "The report is .local/report.html" in shown
    assert "Will " in Path(".local/report.html").read_text("utf-8")


def _check_activity(written: dict[str, Any]) -> None:
    """The counts by strategy and kind are those of the portfolios and of the price updates."""
    trades = {strategy["strategy_type"]: strategy["trades"] for strategy in written["strategies"]}
    assert trades == _by_strategy(written, "trade_count")
    assert sum(written["settlements"].values()) == written["settled_positions"]
    assert written["exits"].get("settlement", 0) == written["settled_positions"]
    realized = {
        strategy["strategy_type"]: strategy["realized_pnl"] for strategy in written["strategies"]
    }
    assert realized == pytest.approx(_by_strategy(written, "realized_pnl"))


def _by_strategy(written: dict[str, Any], name: str) -> dict[str, Any]:
    """The sums of what the portfolios of each strategy have."""
    sums: Counter[str] = Counter()
    for portfolio in written["portfolios"]:
        sums[portfolio["strategy_type"]] += portfolio[name]
    return sums


def test_a_second_run_goes_on_with_the_same_portfolios_and_with_others_when_it_is_told(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _run(monkeypatch, EXCHANGE="simulated", DAYS="1")
    assert owners.check({"DATABASE_URL": database_url}), "of those alone it need not be told"
    _own(database_url)
    second = _run(monkeypatch, EXCHANGE="simulated", DAYS="1", DEMO="yes")
    assert [portfolio["name"] for portfolio in second["portfolios"]] == [*NAMES, "My own"]
    for before, after in zip(first["portfolios"], second["portfolios"], strict=False):
        assert after["trade_count"] >= before["trade_count"]


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded Polymarket data beside the project")
def test_all_trade_the_recorded_markets(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = _run(monkeypatch, EXCHANGE=f"recorded:{RECORDED}")
    assert (written["cycles"], written["price_updates"], written["reconciled"]) == (5, 5, True)
    names = [portfolio["name"] for portfolio in written["portfolios"]]
    assert names == [portfolio["name"] for portfolio in (*FOUR_MOMENTUM, RANDOM)]
    assert all(portfolio["trade_count"] > 0 for portfolio in written["portfolios"])
    shown = capsys.readouterr().out
    assert "Candidates left, valuelab_events_2_2026-07-25.json" in shown
    assert "Recordings: 5 files, 467 rows read, 0 merged, 0 left out" in shown


@pytest.mark.parametrize("exchange", ["paper", "recorded:/nowhere"])
def test_a_wrong_setting_is_told_and_nothing_runs(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    exchange: str,
) -> None:
    monkeypatch.setenv("EXCHANGE", exchange)
    assert run.main() == 2
    assert exchange.removeprefix("recorded:") in capsys.readouterr().out
    assert not Path(".local/run.json").exists()


def test_what_is_no_recording_is_told_before_a_database_is_dropped(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("EXCHANGE", f"recorded:{folder}")
    (folder / "x_2026-01-01.json").write_text("{}")
    assert run.main() == 2
    shown = capsys.readouterr().out
    assert "x_2026-01-01.json is no recording" in shown
    assert "Starting from an empty database" not in shown
    assert not Path(".local").exists()


def _own(url: str, name: str = "My own") -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO portfolios (name, folded_name, strategy_type, initial_balance,"
            " current_balance, peak_equity, created_at, last_updated)"
            " VALUES (%s, lower(%s), 'momentum', 1000, 1000, 1000, now(), now())",
            [name, name],
        )


def _portfolios(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT name, last_updated FROM portfolios ORDER BY 1").fetchall()


@pytest.mark.parametrize("main", [run.main, serve.main])
def test_portfolios_of_the_databases_own_are_not_traded_unasked(
    folder: Path,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    main: Callable[[], int],
) -> None:
    _own(database_url, "Momentum")  # as one of ours is named, but not described
    before = _portfolios(database_url)
    assert main() == 2
    shown = " ".join(capsys.readouterr().out.split())
    assert "portfolios of its own (Momentum)" in shown
    assert "DEMO=yes" in shown
    assert _portfolios(database_url) == before
    assert not Path(".local").exists()


def test_on_polymarket_they_are_traded_and_none_is_added(
    database_url: str,
) -> None:
    settings = {"DATABASE_URL": database_url, "EXCHANGE": "live"}
    live = choose("live", "")
    assert owners.guarded(live, settings)(None).portfolios == live(None).portfolios
    _own(database_url)
    assert owners.guarded(live, settings)(None).portfolios == ()
    assert owners.guarded(live, settings | {"DEMO": "yes"})(None).portfolios != ()


def test_a_setting_that_a_run_does_not_know_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAKE_SETTINGS", "DATABASE_URL DAY")
    assert run.main() == 2
    assert "DAY: not a setting of make run; DAYS is" in capsys.readouterr().out
    assert not Path(".local").exists()


def test_the_api_is_served_until_ctrl_c(folder: Path) -> None:
    port = Listener.on_free_port().port
    with started("local.demo.serve", PORT=str(port), EXCHANGE="simulated") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]
        url = f"http://127.0.0.1:{port}"
        assert url in lines[0]
        bearer = {"authorization": f"Bearer {lines[1].removeprefix('Token').strip()}"}
        client = urllib3.PoolManager(headers=bearer)
        assert client.request("GET", f"{url}/health").status == 200
        wanted = {"strategy_type": "momentum", "initial_balance": 1000, **ONE_A_STRATEGY[0]}
        assert client.request("POST", f"{url}/portfolios/create", json=wanted).status < 300
        cycle = client.request("POST", f"{url}/trading/run-all-portfolios", timeout=30)
        assert cycle.status == 200, cycle.data
        assert client.request("GET", f"{url}/nowhere").status == 404
        _check_that_it_is_as_strict_as_aws(client, url)
        _check_that_connections_are_given_back(client, url)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def _check_that_connections_are_given_back(client: urllib3.PoolManager, url: str) -> None:
    """After a burst each function keeps one; during it, requests wait instead of failing."""
    functions = read_template({"Stage": "dev", "DatabaseUrl": ""}).functions
    with (
        ThreadPoolExecutor(100) as threads,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as observer,
    ):
        targets = [f"{url}/portfolios/1", f"{url}/health/details"] * 50
        answers = [threads.submit(client.request, "GET", target) for target in targets]
        most = 0
        while not all(answer.done() for answer in answers):
            most = max(most, _connections(observer))
        assert {answer.result().status for answer in answers} == {200}
        assert len(functions) < most <= len(functions) + environments.MOST
        deadline = time.monotonic() + 10 * environments.IDLE_SECONDS
        while _connections(observer) > len(functions) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _connections(observer) <= len(functions)


def _connections(observer: psycopg.Connection[tuple[int]]) -> int:
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'prescient'"""
    [(count,)] = observer.execute(query).fetchall()
    return count


def _check_that_it_is_as_strict_as_aws(client: urllib3.PoolManager, url: str) -> None:
    """Tokens of `make token`, and what a web page can send without one."""
    portfolio, deposit = f"{url}/portfolios/1", f"{url}/portfolios/1/deposit"
    reader = {"authorization": f"Bearer {token.signed(token.own_key(), 'read')}"}
    assert client.request("GET", portfolio, headers=reader).status == 200
    refused = {
        "another scope": client.request("POST", deposit, json={"amount": 1}, headers=reader),
        "no token": client.request("GET", portfolio, headers={}),
        "garbage": client.request("GET", portfolio, headers={"authorization": "Bearer garbage"}),
        "a page": client.request("POST", deposit, body='{"amount": 1}', headers={}),
        "rebinding": client.request("GET", portfolio, headers={**reader, "host": "evil.example"}),
        "no JSON": client.request("POST", deposit, body='{"amount": 1}'),
    }
    codes = {name: (answer.status, answer.json()["code"]) for name, answer in refused.items()}
    assert codes == {
        "another scope": (403, "forbidden"),
        "no token": (401, "unauthenticated"),
        "garbage": (401, "unauthenticated"),
        "a page": (401, "unauthenticated"),
        "rebinding": (403, "foreign_host"),
        "no JSON": (415, "unsupported_media_type"),
    }
    assert refused["no token"].headers["www-authenticate"] == "Bearer"
    assert client.request("GET", portfolio).json()["portfolio"]["initial_balance"] == 1000
