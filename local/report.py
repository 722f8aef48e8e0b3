"""What a run says at its end: tables for people, `run.json` for programs."""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from local.results import Tally
from prescient.store.portfolios import PortfolioRow

RUN_FILE = Path(".local/run.json")
_WIDTH = 110
_SHORT_NAMES = {
    "market_types": "type",
    "time_to_end": "time",
    "strategy_rule": "rule",
    "already_held": "held",
}


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers; `seconds` is its duration on the wall clock."""

    cycles: int
    price_updates: int
    settled_positions: int
    reconciled: bool
    seconds: Decimal
    database_url: str


def portfolio_table(portfolios: Sequence[PortfolioRow]) -> Table:
    """The portfolios with their money, in dollars."""
    table = plain_table("Portfolios, in dollars")
    table.add_column("id", justify="right")
    table.add_column("name")
    money = ("cash", "invested", "realized", "unrealized", "profit", "equity")
    for name in (*money, "open", "trades"):
        table.add_column(name, justify="right")
    for portfolio in portfolios:
        table.add_row(
            str(portfolio.portfolio_id),
            portfolio.name,
            *(f"{amount:,.2f}" for amount in _money(portfolio).values()),
            str(portfolio.open_positions),
            str(portfolio.trade_count),
        )
    return table


def funnel_table(
    title: str, portfolios: Sequence[PortfolioRow], tallies: Mapping[int, Tally]
) -> Table:
    """How many candidates each rule left, summed over the cycles of `tallies`."""
    rules = next((list(tally.funnel) for tally in tallies.values() if tally.funnel), [])
    table = plain_table(title)
    table.add_column("left after", no_wrap=True)
    for rule in (*rules, "traded"):
        table.add_column(_SHORT_NAMES.get(rule, rule), justify="right")
    for portfolio in portfolios:
        tally = tallies.get(portfolio.portfolio_id)
        if tally is not None:
            counts = (*(tally.funnel[rule] for rule in rules), tally.trades)
            table.add_row(portfolio.name, *map(str, counts))
    return table


def terminal() -> Console:
    """A console that is wide enough for the tables where nobody says how wide it is."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)


def write_run_file(path: Path, summary: RunSummary, portfolios: Sequence[PortfolioRow]) -> None:
    """Writes `run.json` as DESIGN.md section 11 defines it; money with two decimals."""
    content = {"portfolios": [_entry(portfolio) for portfolio in portfolios], **asdict(summary)}
    # JSON's own writer has no decimals, so they leave it as marked strings.
    marker = uuid.uuid4().hex
    text = json.dumps(content, indent=2, default=lambda number: f"{marker}{number:.2f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(rf'"{marker}([^"]+)"', r"\1", text) + "\n")


def plain_table(title: str) -> Table:
    """A table in the style of all reports."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))


def _entry(portfolio: PortfolioRow) -> dict[str, object]:
    return {
        "portfolio_id": portfolio.portfolio_id,
        "name": portfolio.name,
        "strategy_type": portfolio.strategy_type,
        "status": portfolio.status,
        **_money(portfolio),
        "open_positions": portfolio.open_positions,
        "trade_count": portfolio.trade_count,
    }


def _money(portfolio: PortfolioRow) -> dict[str, Decimal]:
    return {
        "current_balance": portfolio.current_balance,
        "total_invested": portfolio.total_invested,
        "realized_pnl": portfolio.realized_pnl,
        "unrealized_pnl": portfolio.unrealized_pnl,
        "total_profit_loss": portfolio.total_profit_loss,
        "total_value": portfolio.total_value,
    }
