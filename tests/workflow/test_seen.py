"""The log of a cycle, and the sweep beside real executions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.aws.function_log import functions_log_to
from tests.workflow.conftest import FaultyExchange
from tests.workflow.desk import Desk

SWEEP = {"tasks": ["sweep"]}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "functions.log"
    with functions_log_to(path):
        yield path


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_every_line_of_a_cycle_has_its_ids_and_a_portfolio_that_fails_one_of_its_own(
    desk: Desk, log: Path
) -> None:
    desk.rows(
        """UPDATE portfolios SET strategy_config = '{"min_confidence": "high"}'
        WHERE portfolio_id = 2 RETURNING 1"""
    )
    execution = desk.run_cycle()
    found = lines(log)
    assert {line["function"] for line in found} == {
        "cycle", "filter", "signal", "execute", "snapshot",
    }  # fmt: skip
    assert {line["execution_name"] for line in found} == {execution.name}
    of_chunk = {tuple(line["portfolio_ids"]) for line in found if "portfolio_ids" in line}
    assert of_chunk == {(1, 2, 3, 4), (1, 3, 4)}
    assert all("cycle_id" in line for line in found if line["function"] != "cycle")
    [failed] = [line for line in found if line.get("level") == "ERROR"]
    assert (failed["message"], failed["portfolio_id"]) == ("portfolio failed", 2)
    [closed] = [line["PortfoliosFailed"] for line in found if "PortfoliosFailed" in line]
    assert closed == [1]


def test_the_sweep_spares_a_slow_execution_and_ends_what_none_runs(
    desk: Desk, exchange: FaultyExchange
) -> None:
    """The sweep comes while `filter` of a live execution waits for the exchange for an hour."""
    opening = {"action": "open", "execution_name": "never-began"}
    never_began = desk.stack.invoke("CycleFunction", opening)["cycle_id"]
    swept: list[dict[str, Any]] = []

    def while_the_filter_waits(healthy: Response) -> Response:
        exchange.fault = None
        exchange.venue.advance_to(exchange.venue.now() + timedelta(hours=1))
        swept.extend(desk.stack.invoke("MaintenanceFunction", SWEEP)["abandoned"])
        return healthy

    exchange.fault = while_the_filter_waits
    execution = desk.run_cycle()
    assert execution.status == "SUCCEEDED"
    assert [cycle["cycle_id"] for cycle in swept] == [never_began]
    statuses = desk.rows("SELECT cycle_id, status, error FROM trading_cycles ORDER BY cycle_id")
    assert [row["status"] for row in statuses] == ["failed", "completed"]
    assert statuses[0]["error"].startswith("CycleAbandoned: its execution ended, or never began")
