"""The real definition and the real functions: what a cycle does when all goes well."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.dispatcher import Invocation
from tests.workflow.desk import Desk


def test_every_portfolio_decides_on_the_same_batch_and_trades(desk: Desk) -> None:
    execution = desk.run_cycle()
    assert (execution.status, execution.output["status"]) == ("SUCCEEDED", "completed")
    cycle = desk.row("SELECT * FROM trading_cycles")
    assert (cycle["kind"], cycle["status"], cycle["error"]) == ("scheduled", "completed", None)
    results = desk.results(cycle["cycle_id"])
    assert {row["status"] for row in results.values()} == {"completed"}
    assert all(row["trades"] > 0 for row in results.values())
    assert len({row["funnel"]["candidates"] for row in results.values()}) == 1
    assert desk.reconciles()


def test_portfolios_travel_in_chunks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.stack.dispatcher._overrides = {
        **desk.stack.dispatcher._overrides,
        "PORTFOLIOS_PER_CHUNK": "3",
    }
    invoke, asked = desk.stack.dispatcher.invoke, []

    def noted(function: str, event: Any) -> Invocation:
        asked.append((function.split(":")[6], event.get("portfolio_ids")))
        return invoke(function, event)

    monkeypatch.setattr(desk.stack.dispatcher, "invoke", noted)
    desk.run_cycle()
    assert {row["status"] for row in desk.results(1).values()} == {"completed"}
    for name in ("SignalFunction", "ExecuteFunction", "SnapshotFunction"):
        assert sorted(ids for function, ids in asked if function == name) == ["1-3", "4"]


def test_a_cycle_snapshots_every_portfolio(desk: Desk) -> None:
    desk.run_cycle()
    snapshots = desk.rows("SELECT * FROM portfolio_history ORDER BY portfolio_id")
    assert [row["portfolio_id"] for row in snapshots] == [1, 2, 3, 4]
    for row in snapshots:
        equity = desk.results(1)[row["portfolio_id"]]["equity"]
        assert row["total_value"] == equity


def test_weeks_of_trading_settle_and_reconcile(desk: Desk) -> None:
    settled = 0
    for _ in range(8):
        desk.run_cycle()
        desk.pass_time(days=2)
        settled += desk.update_prices()["settled"]
    assert settled > 0
    kinds = {row["kind"] for row in desk.rows("SELECT DISTINCT kind FROM position_exits")}
    assert {"settlement", "stop_loss", "take_profit"} <= kinds
    assert desk.reconciles()


def test_a_paused_portfolio_does_not_trade(desk: Desk) -> None:
    desk.rows("UPDATE portfolios SET status = 'paused' WHERE portfolio_id = 1 RETURNING 1")
    desk.run_cycle()
    assert set(desk.results(1)) == {2, 3, 4}
    assert desk.rows("SELECT 1 FROM trades WHERE portfolio_id = 1") == []


def test_without_portfolios_a_cycle_still_closes(desk: Desk) -> None:
    desk.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    assert desk.run_cycle().status == "SUCCEEDED"
    assert desk.row("SELECT status FROM trading_cycles")["status"] == "completed"
