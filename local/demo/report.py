"""The tables of a run: a row a number, a column a portfolio, so that headings stay whole words.

Sixty columns are enough: where not all portfolios fit side by side, there are several tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.console import plain_table
from local.demo.results import Activity, Counts, Tally, by_kind
from prescient.store.portfolios import PortfolioRow

_MARGINS = 3  # at the edges and after the labels
_GAP = 1
_EXITS = {
    "stop_loss": "stop-loss",
    "take_profit": "take-profit",
    "sell": "sold by the strategy",
    "manual": "closed by hand",
}

Row = tuple[str, Mapping[int, str]]
"""A label, and the cell of each portfolio by its id."""


def portfolio_tables(portfolios: Sequence[PortfolioRow]) -> Iterator[RenderableType]:
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
) -> Iterator[RenderableType]:
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
    filled = {owner: f"{tally.trades:,}" for owner, tally in tallies.items()}
    rows.append(("orders filled", filled))
    yield from _tables(title, ran, rows)
    if any(tally.trades > tally.funnel["emitted"] for tally in tallies.values()):
        yield "Orders filled: each leg of a group is one, and each sale.\n"


def activity_tables(
    portfolios: Sequence[PortfolioRow], activity: Activity
) -> Iterator[RenderableType]:
    """Yield rejections by reason and exits by kind, without empty tables."""
    reasons = {reason: reason for reason in by_kind(activity.rejections)}
    yield from _tables("Signals rejected", portfolios, _counted(activity.rejections, reasons))
    payouts = sorted(by_kind(activity.settlements), reverse=True)
    settled = _counted(activity.settlements, {payout: f"settled at {payout}" for payout in payouts})
    exits = _counted(activity.exits, _EXITS)
    yield from _tables("Positions closed, parts of them included", portfolios, [*settled, *exits])


def _counted(counts: Counts, labels: Mapping[str, str]) -> list[Row]:
    """Return one row a kind that happened, in the order of the labels."""
    happened = by_kind(counts)
    return [
        (label, {owner: f"{count:,}" for (owner, kind), count in counts.items() if kind == wanted})
        for wanted, label in labels.items()
        if happened[wanted]
    ]


def _tables(
    title: str, portfolios: Sequence[PortfolioRow], rows: Sequence[Row]
) -> Iterator[RenderableType]:
    if portfolios and rows:
        yield _SideBySide(title, portfolios, rows)


@dataclass(frozen=True, slots=True)
class _SideBySide:
    """One table, or several of as many portfolios as the width of the terminal holds."""

    title: str
    portfolios: Sequence[PortfolioRow]
    rows: Sequence[Row]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Table]:
        labels = max(len(label) for label, _ in self.rows)
        widest = max(map(self._width, self.portfolios))
        fitting = max((options.max_width - labels - _MARGINS) // (widest + _GAP), 1)
        tables = ceil(len(self.portfolios) / fitting)
        each = ceil(len(self.portfolios) / tables)
        for start in range(0, len(self.portfolios), each):
            yield self._table(start, self.portfolios[start : start + each])

    def _table(self, start: int, shown: Sequence[PortfolioRow]) -> Table:
        table = plain_table(self.title if start == 0 else "")
        table.add_column("", no_wrap=True)
        for portfolio in shown:
            table.add_column(Text(portfolio.name), justify="right", overflow="fold")
        for label, cells in self.rows:
            table.add_row(label, *(cells.get(portfolio.portfolio_id, "–") for portfolio in shown))
        return table

    def _width(self, portfolio: PortfolioRow) -> int:
        """How wide the portfolio's column is where its name stands in several lines."""
        cells = (cells.get(portfolio.portfolio_id, "") for _, cells in self.rows)
        return max(map(len, (*cells, *portfolio.name.split())))
