"""What fails stays small: a portfolio fails alone, a failed fetch leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.wrappers import Response

from prescient.core.deciding import chunks
from tests.workflow.conftest import FaultyExchange
from tests.workflow.desk import Desk


def _html(_: Response) -> Response:
    return Response("<html>Just a moment...</html>", content_type="text/html")


def _truncated(healthy: Response) -> Response:
    return Response(healthy.data[: len(healthy.data) // 2], headers=healthy.headers)


def _down(_: Response) -> Response:
    return Response('{"error": "maintenance"}', 503, content_type="application/json")


FAULTS = pytest.mark.parametrize("fault", [_html, _truncated, _down])


def test_a_portfolio_with_a_broken_configuration_fails_alone(desk: Desk) -> None:
    desk.rows(
        """UPDATE portfolios SET strategy_config = '{"min_confidence": "high"}'
        WHERE portfolio_id = 2 RETURNING 1"""
    )
    execution = desk.run_cycle()
    assert (execution.status, execution.output["status"]) == ("SUCCEEDED", "completed")
    results = desk.results(execution.output["cycle_id"])
    assert {number: row["status"] for number, row in results.items()} == {
        1: "completed",
        2: "failed",
        3: "completed",
        4: "completed",
    }
    assert "InvalidRequest" in results[2]["reason"]
    assert "min_confidence" in results[2]["reason"]
    assert desk.rows("SELECT 1 FROM trading_signals WHERE portfolio_id = 2") == []
    assert desk.reconciles()


@FAULTS
def test_a_failed_fetch_closes_the_cycle_and_publishes_nothing(
    desk: Desk, exchange: FaultyExchange, fault: Callable[[Response], Response]
) -> None:
    exchange.fault = fault
    execution = desk.run_cycle()
    assert (execution.status, execution.error) == ("FAILED", "CycleFailed")
    cycle = desk.row("SELECT * FROM trading_cycles")
    assert cycle["status"] == "failed"
    assert "ExchangeUnavailable" in cycle["error"]
    assert desk.rows("SELECT 1 FROM market_batches WHERE status <> 'failed'") == []
    for table in ("market_snapshots", "trading_signals", "cycle_portfolios"):
        assert desk.everything()[table] == []


def test_a_cycle_of_too_many_portfolios_is_refused_by_name_and_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MOST_BYTES", 5)
    execution = desk.run_cycle()
    assert (execution.status, execution.error) == ("FAILED", "CycleFailed")
    cycle = desk.row("SELECT * FROM trading_cycles")
    assert cycle["status"] == "failed"
    assert cycle["error"].startswith("TooManyPortfolios: portfolio_ids: 4 portfolios take")
    assert desk.rows("SELECT 1 FROM market_batches") == [], "nothing was fetched for it"


def test_the_next_cycle_after_a_failed_one_trades(desk: Desk, exchange: FaultyExchange) -> None:
    exchange.fault = _html
    desk.run_cycle()
    exchange.fault = None
    desk.pass_time(hours=1)
    assert desk.run_cycle().status == "SUCCEEDED"
    assert desk.rows("SELECT 1 FROM trades")


@FAULTS
def test_a_failed_price_update_changes_no_price(
    desk: Desk, exchange: FaultyExchange, fault: Callable[[Response], Response]
) -> None:
    desk.run_cycle()
    before = desk.everything()
    desk.pass_time(hours=6)
    exchange.fault = fault
    invocation = desk.stack.dispatcher.invoke("PriceUpdateFunction", {})
    assert invocation.payload["errorType"] == "ExchangeUnavailable"
    after = desk.everything()
    assert after.pop("market_batches") != before.pop("market_batches")
    assert after == before


def test_an_unreachable_exchange_fails_the_cycle(desk: Desk) -> None:
    desk.stack.dispatcher._overrides = {
        **desk.stack.dispatcher._overrides,
        "GAMMA_URL": "http://127.0.0.1:9",
    }
    assert desk.run_cycle().status == "FAILED"
    cycle = desk.row("SELECT * FROM trading_cycles")
    assert cycle["status"] == "failed"
    assert "ExchangeUnavailable" in cycle["error"]
