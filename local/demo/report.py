"""The report at the end of a run: tables for a terminal of 80 columns.

All but one have a row a number and a column a portfolio, so that headings stay whole words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.demo.results import Activity, Counts, StrategyRow, Tally, by_kind
from prescient.store.portfolios import PortfolioRow

_WIDTH = 110
_SIDE_BY_SIDE = 4
_EXITS = {
    "stop_loss": "stop-loss",
    "take_profit": "take-profit",
    "sell": "sold by the strategy",
    "manual": "closed by hand",
}

Row = tuple[str, Mapping[int, str]]
"""A label, and the cell of each portfolio by its id."""


def portfolio_tables(portfolios: Sequence[PortfolioRow]) -> Iterator[Table]:
    """Yield tables of the portfolios with their money."""
    money = {
        "cash": [portfolio.current_balance for portfolio in portfolios],
        "invested": [portfolio.total_invested for portfolio in portfolios],
        "realized": [portfolio.realized_pnl for portfolio in portfolios],
        "unrealized": [portfolio.unrealized_pnl for portfolio in portfolios],
        "profit": [portfolio.total_profit_loss for portfolio in portfolios],
        "equity": [portfolio.total_value for portfolio in portfolios],
    }
    numbers = {label: [f"{amount:,.2f}" for amount in money[label]] for label in money}
    numbers["open positions"] = [f"{portfolio.open_positions:,}" for portfolio in portfolios]
    numbers["trades"] = [f"{portfolio.trade_count:,}" for portfolio in portfolios]
    ids = [portfolio.portfolio_id for portfolio in portfolios]
    rows: list[Row] = [(label, dict(zip(ids, numbers[label], strict=True))) for label in numbers]
    return _tables("Portfolios, in dollars", portfolios, rows)


def funnel_tables(
    title: str, portfolios: Sequence[PortfolioRow], tallies: Mapping[int, Tally]
) -> Iterator[Table]:
    """Yield tables of how many candidates each rule left, summed over the cycles of `tallies`."""
    ran = [portfolio for portfolio in portfolios if portfolio.portfolio_id in tallies]
    rules = dict.fromkeys(rule for tally in tallies.values() for rule in tally.funnel)
    rows: list[Row] = [
        (
            rule.replace("_", " "),
            {
                portfolio_id: f"{tally.funnel[rule]:,}"
                for portfolio_id, tally in tallies.items()
                if rule in tally.funnel
            },
        )
        for rule in rules
    ]
    rows.append(("traded", {owner: f"{tally.trades:,}" for owner, tally in tallies.items()}))
    return _tables(title, ran, rows)


def activity_tables(portfolios: Sequence[PortfolioRow], activity: Activity) -> Iterator[Table]:
    """Yield trades by strategy, rejections by reason, exits by kind, without empty tables."""
    if activity.strategies:
        yield _strategies(activity.strategies)
    reasons = {reason: reason for reason in by_kind(activity.rejections)}
    yield from _tables("Signals rejected", portfolios, _counted(activity.rejections, reasons))
    payouts = sorted(by_kind(activity.settlements), reverse=True)
    settled = _counted(activity.settlements, {payout: f"settled at {payout}" for payout in payouts})
    exits = _counted(activity.exits, _EXITS)
    yield from _tables("Positions closed, parts of them included", portfolios, [*settled, *exits])


def terminal() -> Console:
    """Return a console; where no terminal gives a width, it is wide enough for the tables."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)


def plain_table(title: str) -> Table:
    """Return an empty table in the style of all reports."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))


def _strategies(strategies: Sequence[StrategyRow]) -> Table:
    table = plain_table("Trades by strategy, realized P&L in dollars")
    table.add_column("")
    for heading in ("trades", "open", "won", "lost", "realized"):
        table.add_column(heading, justify="right")
    for row in strategies:
        counts = (f"{count:,}" for count in (row.trades, row.open, row.won, row.lost))
        table.add_row(row.strategy_type, *counts, f"{row.realized_pnl:,.2f}")
    return table


def _counted(counts: Counts, labels: Mapping[str, str]) -> list[Row]:
    """Return one row a kind that happened, in the order of the labels."""
    happened = by_kind(counts)
    return [
        (label, {owner: f"{count:,}" for (owner, kind), count in counts.items() if kind == wanted})
        for wanted, label in labels.items()
        if happened[wanted]
    ]


def _tables(title: str, portfolios: Sequence[PortfolioRow], rows: Sequence[Row]) -> Iterator[Table]:
    """Yield one table for every four portfolios, none where there are no rows."""
    for start in range(0, len(portfolios) if rows else 0, _SIDE_BY_SIDE):
        shown = portfolios[start : start + _SIDE_BY_SIDE]
        table = plain_table(title)
        table.add_column("", no_wrap=True)
        for portfolio in shown:
            table.add_column(Text(portfolio.name), justify="right", overflow="fold")
        for label, cells in rows:
            table.add_row(label, *(cells.get(portfolio.portfolio_id, "–") for portfolio in shown))
        yield table
