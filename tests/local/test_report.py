"""The report: the fields of run.json, tables, and honest reasons."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console, RenderableType

from local.demo.report import activity_tables, funnel_tables, portfolio_tables
from local.demo.results import Activity, StrategyRow, Tally, tallies
from local.demo.run_file import RunSummary, write_run_file
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store.portfolios import PortfolioRow

SUMMARY = RunSummary(
    cycles=5,
    price_updates=6,
    settled_positions=2,
    reconciled=True,
    seconds=Decimal("3.14159"),
    database_url="postgresql:///prescient",
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST, OTHER = PortfolioId(1), PortfolioId(7)
PORTFOLIO = PortfolioRow(
    portfolio_id=FIRST,
    name='The "1.00" fund',
    description="",
    strategy_type="momentum",
    initial_balance=Decimal("10000.00"),
    current_balance=Decimal("9900.00"),
    total_invested=Decimal("100.00"),
    total_profit_loss=Decimal("-0.63"),
    realized_pnl=Decimal("0.10"),
    trade_count=1,
    status=PortfolioStatus.ACTIVE,
    status_reason=None,
    created_at=NOON,
    last_updated=NOON,
    strategy_config={},
    config_version=1,
    max_position_size=None,
    max_total_exposure=None,
    max_positions=20,
    total_trades_executed=1,
    total_winning_trades=0,
    total_losing_trades=0,
    avg_trade_pnl=Decimal(0),
    max_consecutive_wins=0,
    max_consecutive_losses=0,
    max_drawdown=Decimal(0),
    last_trade_at=NOON,
    last_price_update=NOON,
    open_positions=1,
    total_value=Decimal("9999.27"),
    valuation_error=None,
    drawdown_limit=None,
    drawdown_limit_percent=None,
    peak_profit=Decimal(0),
    index_peak=Decimal("10000.00"),
    peak_since=NOON,
    drawdown_warned_at=None,
    tags=[],
    twin_of=None,
    twin_key=None,
)
ACTIVITY = Activity(
    strategies=[StrategyRow("momentum", 9, 1, 5, 3, Decimal("1234.50"))],
    rejections=Counter(
        {(FIRST, "slippage"): 2, (OTHER, "slippage"): 1, (FIRST, "max_positions"): 4}
    ),
    exits=Counter({(FIRST, "settlement"): 6, (FIRST, "stop_loss"): 2, (OTHER, "manual"): 1}),
    settlements=Counter({(FIRST, "0"): 2, (FIRST, "1"): 3, (FIRST, "0.5"): 1}),
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
    write_run_file(path, SUMMARY, [PORTFOLIO], ACTIVITY)
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
        "strategies",
        "rejections",
        "exits",
        "settlements",
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


def test_the_run_file_counts_activity_over_all_portfolios(tmp_path: Path) -> None:
    content = json.loads(_written(tmp_path))
    assert content["strategies"][0] == {
        "strategy_type": "momentum",
        "trades": 9,
        "open": 1,
        "won": 5,
        "lost": 3,
        "realized_pnl": 1234.5,
    }
    assert content["rejections"] == {"slippage": 3, "max_positions": 4}
    assert content["exits"] == {"settlement": 6, "stop_loss": 2, "manual": 1}
    assert content["settlements"] == {"1": 3, "0.5": 1, "0": 2}


def _portfolio(portfolio_id: int, name: str) -> PortfolioRow:
    return PORTFOLIO._replace(portfolio_id=PortfolioId(portfolio_id), name=name)


def _shown(shown: Iterable[RenderableType], width: int = 60) -> str:
    """What a terminal shows."""
    console = Console(width=width)
    with console.capture() as capture:
        console.print(*shown)
    return capture.get()


def _cells(shown: str, label: str) -> list[str]:
    (line,) = [line for line in shown.splitlines() if line.strip().startswith(label)]
    return line.strip().removeprefix(label).split()


FIVE = [_portfolio(place, f"Mean reversion {place}") for place in range(1, 6)]


def test_money_has_a_column_a_portfolio() -> None:
    shown = _shown(portfolio_tables([PORTFOLIO, _portfolio(2, "[Second] [/]")]))
    assert "[Second] [/]" in shown
    assert _cells(shown, "cash") == ["9,900.00", "9,900.00"]
    assert _cells(shown, "equity") == ["9,999.27", "9,999.27"]


def test_the_funnel_is_summed_and_its_stages_are_whole_words() -> None:
    rows = [_row(), _row(), _row(portfolio_id=2, funnel={"candidates": 7, "already_held": 2})]
    shown = _shown(funnel_tables("Left", FIVE, tallies(rows)))
    assert _cells(shown, "candidates") == ["24", "7"]
    assert _cells(shown, "liquidity") == ["6", "–"]
    assert _cells(shown, "already held") == ["–", "2"]
    assert _cells(shown, "orders filled") == ["2", "1"]


def test_orders_that_are_more_than_decisions_are_explained() -> None:
    arbitrage = _row(funnel={"candidates": 9, "emitted": 2, "exits": 0}, trades=4)
    assert "each leg of a group is one" in _shown(funnel_tables("Left", FIVE, tallies([arbitrage])))
    alike = _row(funnel={"candidates": 9, "emitted": 4, "exits": 0}, trades=4)
    assert "each leg" not in _shown(funnel_tables("Left", FIVE, tallies([alike])))


def test_activity_is_shown_by_reason_and_kind() -> None:
    shown = _shown(activity_tables([PORTFOLIO, _portfolio(7, "Other")], ACTIVITY))
    assert _cells(shown, "slippage") == ["2", "1"]
    assert _cells(shown, "settled at 0.5") == ["1", "–"]
    assert _cells(shown, "stop-loss") == ["2", "–"]
    assert _cells(shown, "closed by hand") == ["–", "1"]
    assert "take-profit" not in shown


@pytest.mark.parametrize(("width", "tables"), [(60, 2), (80, 1), (30, 5)])
def test_tables_are_as_many_as_the_terminal_is_narrow(width: int, tables: int) -> None:
    five = [_portfolio(place, "Mean reversion") for place in range(1, 6)]
    counts = Counter({(portfolio.portfolio_id, "slippage"): 12_345 for portfolio in five})
    activity = Activity(ACTIVITY.strategies, counts, Counter(), Counter())
    rows = [_row(portfolio_id=portfolio.portfolio_id) for portfolio in five]
    for shown in (
        _shown(portfolio_tables(five), width),
        _shown(funnel_tables("Left", five, tallies(rows)), width),
        _shown(activity_tables(five, activity), width),
    ):
        assert shown.count("reversion") == 5
        assert len(re.findall("─+", shown)) == tables
        assert "…" not in shown
        assert max(map(len, shown.splitlines())) <= width
    assert _shown(activity_tables(five, activity), width).count("12,345") == 5


def test_where_nothing_happened_there_is_no_table() -> None:
    assert list(activity_tables(FIVE, Activity([], Counter(), Counter(), Counter()))) == []


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
