"""Nothing happens twice: repeated executions, lost answers, cycles at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from local.aws.dispatcher import Invocation
from local.exchange.simulated import EPOCH
from tests.workflow.desk import Desk


def test_a_schedule_that_fires_twice_trades_once(desk: Desk) -> None:
    desk.stack.run_cycle(EPOCH)
    before = desk.everything()
    desk.stack.run_cycle(EPOCH)
    assert desk.everything() == before


def test_steps_of_an_ended_cycle_change_nothing(desk: Desk) -> None:
    cycle_id = desk.run_cycle().output["cycle_id"]
    before = desk.everything()
    for function in ("SignalFunction", "ExecuteFunction", "SnapshotFunction"):
        for portfolio_id in (1, 2, 3, 4):
            event = {"cycle_id": cycle_id, "portfolio_id": portfolio_id}
            desk.stack.dispatcher.invoke(function, event)
    assert desk.everything() == before


def test_answers_that_get_lost_are_asked_for_again_without_harm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step commits, and the state machine hears of a timeout instead."""
    monkeypatch.setattr(
        desk.stack.dispatcher, "invoke", _losing_first_answers(desk.stack.dispatcher.invoke)
    )
    assert desk.run_cycle().status == "SUCCEEDED"
    monkeypatch.undo()
    assert {row["status"] for row in desk.results(1).values()} == {"completed"}
    executed = desk.row("SELECT count(*) AS n FROM trading_signals WHERE executed")["n"]
    assert executed == desk.row("SELECT count(*) AS n FROM trades")["n"] > 0
    assert desk.reconciles()


def test_a_portfolio_that_another_cycle_runs_is_skipped(desk: Desk) -> None:
    first = desk.stack.invoke(
        "CycleFunction",
        {"action": "open", "execution_name": "first", "request": {"portfolio_ids": [1]}},
    )["cycle_id"]
    desk.stack.invoke("FilterFunction", {"cycle_id": first})
    desk.stack.invoke("SignalFunction", {"cycle_id": first, "portfolio_id": 1})
    second = desk.run_cycle().output["cycle_id"]
    statuses = {number: row["status"] for number, row in desk.results(second).items()}
    assert statuses == {1: "skipped", 2: "completed", 3: "completed", 4: "completed"}
    assert desk.results(second)[1]["reason"] == f"cycle {first} runs this portfolio"
    assert desk.results(first)[1]["status"] == "running"


def test_cycles_at_the_same_time_keep_the_books(desk: Desk) -> None:
    moments = [EPOCH + timedelta(minutes=minute) for minute in range(4)]
    with ThreadPoolExecutor(len(moments)) as threads:
        executions = list(threads.map(desk.stack.run_cycle, moments))
    assert {execution.status for execution in executions} == {"SUCCEEDED"}
    statuses = Counter(row["status"] for row in desk.rows("SELECT status FROM cycle_portfolios"))
    assert set(statuses) <= {"completed", "skipped"}
    assert statuses["completed"] >= 4
    held = desk.rows(
        """SELECT 1 FROM portfolio_positions WHERE status = 'open'
        GROUP BY portfolio_id, market_id HAVING count(*) > 1"""
    )
    assert held == []
    assert desk.reconciles()


def _losing_first_answers(
    invoke: Callable[[str, Any], Invocation],
) -> Callable[[str, Any], Invocation]:
    seen: set[str] = set()

    def invoke_and_lose(function: str, event: Any) -> Invocation:
        answer = invoke(function, event)
        if (request := f"{function} { {**event, 'attempt': 0} }") in seen:
            return answer
        seen.add(request)
        lost = {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"}
        return Invocation(lost, "Unhandled")

    return invoke_and_lose
