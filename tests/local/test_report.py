"""The report: run.json as DESIGN.md section 11 defines it, tables, and honest reasons."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from local.report import RunSummary, funnel_table, portfolio_table, write_run_file
from local.results import Tally, tallies

SUMMARY = RunSummary(
    cycles=5,
    price_updates=6,
    settled_positions=2,
    reconciled=True,
    seconds=Decimal("3.14159"),
    database_url="postgresql:///prescient",
)
PORTFOLIO = SimpleNamespace(
    portfolio_id=1,
    name='The "1.00" fund',
    strategy_type="momentum",
    status="active",
    current_balance=Decimal("9900.00"),
    total_invested=Decimal("100.00"),
    realized_pnl=Decimal("0.10"),
    unrealized_pnl=Decimal("-0.73"),
    total_profit_loss=Decimal("-0.63"),
    total_value=Decimal("9999.27"),
    open_positions=1,
    trade_count=1,
)


def _row(**changes: Any) -> Any:
    """What a cycle did for the portfolio."""
    done = {
        "portfolio_id": 1,
        "funnel": {"candidates": 12, "liquidity": 3, "emitted": 1},
        "trades": 1,
        "rejections": {},
        "reason": None,
    }
    return SimpleNamespace(**{**done, **changes})


def _written(tmp_path: Path) -> str:
    path = tmp_path / "deep" / "run.json"
    write_run_file(path, SUMMARY, [PORTFOLIO])
    return path.read_text()


def test_the_run_file_has_the_keys_of_the_design(tmp_path: Path) -> None:
    content = json.loads(_written(tmp_path))
    assert list(content) == [
        "portfolios",
        "cycles",
        "price_updates",
        "settled_positions",
        "reconciled",
        "seconds",
        "database_url",
    ]
    assert content["portfolios"] == [
        {
            "portfolio_id": 1,
            "name": 'The "1.00" fund',
            "strategy_type": "momentum",
            "status": "active",
            "current_balance": 9900.0,
            "total_invested": 100.0,
            "realized_pnl": 0.1,
            "unrealized_pnl": -0.73,
            "total_profit_loss": -0.63,
            "total_value": 9999.27,
            "open_positions": 1,
            "trade_count": 1,
        }
    ]


def test_numbers_are_written_with_two_decimals(tmp_path: Path) -> None:
    text = _written(tmp_path)
    assert '"current_balance": 9900.00,' in text
    assert '"seconds": 3.14,' in text
    assert '"cycles": 5,' in text


def test_tables_show_money_and_the_funnel() -> None:
    console = Console(width=110, record=True, file=StringIO())
    console.print(portfolio_table([PORTFOLIO]))
    console.print(funnel_table("Left", [PORTFOLIO], tallies([_row(), _row()])))
    shown = console.export_text()
    assert "9,900.00" in shown
    assert "9,999.27" in shown
    assert [line.split()[-4:] for line in shown.splitlines() if "fund" in line][1] == [
        "24",
        "6",
        "2",
        "2",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"trades": 0, "funnel": {"candidates": 9, "spread": 0}}, "nothing was left after spread"),
        (
            {"trades": 0, "rejections": {"max_positions": 2}},
            "every signal was rejected: max_positions 2",
        ),
        ({"trades": 0, "reason": "cycle 3 runs this portfolio"}, "cycle 3 runs this portfolio"),
    ],
)
def test_a_portfolio_that_did_not_trade_says_why(changes: dict[str, Any], reason: str) -> None:
    tally = Tally()
    tally.add(_row(**changes))
    assert tally.why_no_trade() == reason
