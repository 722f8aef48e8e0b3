"""A cycle with a user's strategies: the good trade, the bad fail alone, ours trade as ever."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.aws.stack import Stack
from local.demo import run
from local.exchange.server import exchange_server
from local.exchange.simulated import SimulatedVenue
from prescient.core.portfolio.portfolios import Limits, NewPortfolio
from prescient.core.strategies import registry
from prescient.runtime.own_strategies import register_from
from prescient.store import portfolios
from prescient.store.database import Database
from prescient.usecases import reconcile
from tests.own_strategies.modules import module, text

FAILURES = {
    "raising": "raising: its rule raised ZeroDivisionError: division by zero (raising.py, line",
    "garbage": "garbage: its rule answered an int, not a list",
    "endless": "endless: its rule did not end within 1.5 seconds",
    "unwritten": "strategy_type: unwritten.py raised NameError",
    "absent": "strategy_type: 'absent' is not one of momentum",
}


def _portfolio(database: Database, strategy_type: str, venue: SimulatedVenue) -> None:
    wanted = NewPortfolio(
        name=strategy_type,
        description="",
        strategy_type=strategy_type,
        initial_balance=Decimal(10_000),
        strategy_config={"min_confidence": 0.6, "min_liquidity": 5000, "min_volume": 5000},
        limits=Limits(None, None, 20),
    )
    with database.transaction() as session:
        portfolios.create(session, wanted, venue.now())


def _cycle(url: str, folder: Path, strategy_types: list[str]) -> dict[str, dict[str, Any]]:
    """The results of one cycle by the name of the portfolio, which is its strategy's."""
    venue, database = SimulatedVenue(), Database(url)
    for strategy_type in strategy_types:
        _portfolio(database, strategy_type, venue)
    with exchange_server(venue) as exchange, Stack(url, exchange.url, folder) as stack:
        execution = stack.run_cycle(venue.now())
        assert execution.status == "SUCCEEDED"
        stack.update_prices(venue.now())
        assert stack.invoke("MaintenanceFunction", {})["breaks"] == []
    database.close()
    query = "SELECT name, c.* FROM cycle_portfolios c JOIN portfolios USING (portfolio_id)"
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return {row["name"]: row for row in connection.execute(query)}


def test_a_bad_strategy_fails_alone_and_says_why(database_url: str, folder: Path) -> None:
    module(folder, "good")
    module(folder, "raising", "1 / 0")
    module(folder, "garbage", "return 7")
    module(folder, "endless", "while True: pass")
    text(folder, "unwritten", "STRATEGY = strategy()")
    register_from(str(folder), 1.5)
    results = _cycle(database_url, folder, ["momentum", "good", *FAILURES])
    for name in ("momentum", "good"):
        assert (results[name]["status"], results[name]["reason"]) == ("completed", None)
        assert results[name]["trades"] > 0
    for name, reason in FAILURES.items():
        assert results[name]["status"] == "failed"
        assert results[name]["trades"] == 0
        assert reason in results[name]["reason"]


def test_a_portfolio_whose_strategy_is_gone_is_kept_and_can_be_paused(
    database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(folder, "good")
    assert _cycle(database_url, folder, ["good"])["good"]["trades"] > 0
    monkeypatch.setattr(registry, "_registered", {})
    with Stack(database_url, None) as stack:
        event = json.loads(Path("events/api/update_portfolio.json").read_text())
        answer = stack.invoke("ApiFunction", _changed(event, {"status": "paused"}))
        assert answer["statusCode"] == 200
        answer = stack.invoke("ApiFunction", _changed(event, {"strategy_config": {}}))
        assert answer["statusCode"] == 422
        assert "'good' is not one of momentum" in answer["body"]
    database = Database(database_url)
    assert reconcile.run(database).breaks == []
    database.close()


def _changed(event: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {**event, "body": json.dumps(body)}


def test_make_run_trades_each_of_them_beside_ours(
    database_url: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module(folder, "long_shot")
    text(folder, "broken", "1 / 0")
    monkeypatch.chdir(folder.parent)
    for name, value in {"DATABASE_URL": database_url, "STRATEGIES_PATH": "mine"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAYS", "1")
    assert run.main() == 0
    shown = capsys.readouterr().out
    assert "Own strategies: long_shot." in shown
    assert "Refused: broken.py raised ZeroDivisionError" in shown
    written = json.loads(Path(".local/run.json").read_text())
    by_type = {found["strategy_type"]: found for found in written["portfolios"]}
    assert by_type["long_shot"]["name"] == "Long shot"
    assert by_type["long_shot"]["trade_count"] > 0
    assert {"momentum", "arbitrage"} < by_type.keys()


def test_a_folder_that_does_not_exist_is_told_before_anything_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STRATEGIES_PATH", "nowhere")
    assert run.main() == 2
    assert "STRATEGIES_PATH: nowhere is not a folder" in capsys.readouterr().out
    assert not Path(".local").exists()
