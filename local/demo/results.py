"""The results of a run, read from the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import LiteralString

from psycopg.rows import class_row

from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import cycle_pages, portfolios, statements
from prescient.store.cycle_pages import CycleResultRow
from prescient.store.database import Database, Session
from prescient.store.portfolios import PortfolioRow
from prescient.store.windows import Window

SQL = statements.load(__file__)
Counts = Counter[tuple[PortfolioId, str]]
"""Counts by portfolio and kind."""

_MOST_RESULTS = 1000
_LISTED = (PortfolioStatus.ACTIVE, PortfolioStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """The trades (buys) of one strategy; `realized_pnl` in dollars, partial exits included."""

    strategy_type: str
    trades: int
    open: int
    won: int
    lost: int
    realized_pnl: Decimal


@dataclass(frozen=True, slots=True)
class TradeCounts:
    """A portfolio's trades (buys): `trades` = `open` + `won` + `lost`."""

    portfolio_id: PortfolioId
    trades: int
    open: int
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A trade, or the `legs` of a group as one: `pnl` is dollars, prices and `mark` are 0–1.

    `reason` is its signal's. While it is open it has a mark and no exit; `market` is a market's
    question, or the title of the legs' event, and `market_id` the first leg's.
    """

    portfolio_id: PortfolioId
    portfolio: str
    market_id: str
    market: str
    action: str
    entry_price: Decimal
    reason: str
    legs: int
    pnl: Decimal
    mark: Decimal | None
    exit_kind: str | None
    exit_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Activity:
    """The activity of all portfolios since they were created; `settlements` by dollars a share."""

    strategies: Sequence[StrategyRow]
    rejections: Counts
    exits: Counts
    settlements: Counts


class Results:
    """Reads a migrated database over a connection of its own."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)

    def close(self) -> None:
        self._database.close()

    def portfolios(self) -> list[PortfolioRow]:
        """Read the portfolios that are not archived, by id."""
        with self._transaction() as session:
            return portfolios.list_by_status(session, _LISTED)

    def of_cycle(self, cycle_id: int) -> list[CycleResultRow]:
        """Read the results of a cycle, one row a portfolio."""
        with self._transaction() as session:
            wanted = Window(limit=_MOST_RESULTS)
            return [*cycle_pages.send_portfolio_results(session, cycle_id, wanted).get()]

    def latest_batch(self) -> datetime | None:
        """Read when the newest complete batch was fetched, None before the first one."""
        with self._transaction() as session:
            row = session.execute(SQL["select_latest_batch"]).fetchone()
            return row[0] if row else None

    def activity(self) -> Activity:
        """Read the activity of all portfolios, archived ones included."""
        with self._database.snapshot() as session:
            strategies = session.cursor(row_factory=class_row(StrategyRow))
            return Activity(
                strategies=strategies.execute(SQL["select_strategies"]).fetchall(),
                rejections=_counts(session, SQL["count_rejections"]),
                exits=_counts(session, SQL["count_exits"]),
                settlements=_counts(session, SQL["count_settlements"]),
            )

    def trade_counts(self) -> dict[PortfolioId, TradeCounts]:
        """Count the trades of each portfolio that has any."""
        with self._database.snapshot() as session:
            rows = session.cursor(row_factory=class_row(TradeCounts)).execute(SQL["count_trades"])
            return {counts.portfolio_id: counts for counts in rows}

    def extremes(self, count: int) -> list[Purchase]:
        """Read up to `count` purchases that gained most and as many that lost most, best first."""
        with self._database.snapshot() as session:
            rows = session.cursor(row_factory=class_row(Purchase))
            return rows.execute(SQL["select_extremes"], {"count": count}).fetchall()

    def _transaction(self) -> AbstractContextManager[Session]:
        return self._database.transaction()


@dataclass
class Tally:
    """The results of one portfolio, counted over all cycles.

    `setbacks` are the reasons for which a cycle failed or skipped it.
    """

    cycles: int = 0
    funnel: Counter[str] = field(default_factory=Counter)
    trades: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    setbacks: Counter[str] = field(default_factory=Counter)

    def add(self, row: CycleResultRow) -> None:
        self.cycles += 1
        self.funnel.update(row.funnel)
        self.trades += row.trades
        self.rejections.update(row.rejections)
        if row.reason:
            self.setbacks[row.reason] += 1

    def why_no_trade(self) -> str:
        """Return the first rule that left no candidate, or why the signals did not trade."""
        if self.trades:
            return ""
        if self.setbacks:
            return self.setbacks.most_common(1)[0][0]
        if self.rejections:
            reasons = ", ".join(f"{reason} {count}" for reason, count in self.rejections.items())
            return f"every signal was rejected: {reasons}"
        for rule, left in self.funnel.items():
            if left == 0:
                return f"nothing was left after {rule.replace('_', ' ')}"
        return "it was part of no cycle"


def by_kind(counts: Counts) -> Counter[str]:
    """Return the counts summed over all portfolios."""
    kinds: Counter[str] = Counter()
    for (_, kind), count in counts.items():
        kinds[kind] += count
    return kinds


def tallies(rows: Sequence[CycleResultRow]) -> dict[int, Tally]:
    """Return the tallies by portfolio id."""
    found: dict[int, Tally] = {}
    for row in rows:
        found.setdefault(row.portfolio_id, Tally()).add(row)
    return found


def _counts(session: Session, statement: LiteralString) -> Counts:
    rows = session.execute(statement).fetchall()
    return Counter({(portfolio_id, kind): count for portfolio_id, kind, count in rows})


def latest_batch(url: str) -> datetime | None:
    """Read when the newest complete batch of a database was fetched."""
    results = Results(url)
    try:
        return results.latest_batch()
    finally:
        results.close()
