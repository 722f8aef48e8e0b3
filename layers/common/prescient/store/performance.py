"""What metrics and comparisons are computed from, and where metrics are kept.

Series leave Postgres as bytes, one row a portfolio: value by value they would take longer to read
than to compute.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg.rows import dict_row, scalar_row

from prescient.core.market.books import Side
from prescient.core.market.markets import EventId, MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch

SQL = statements.load(__file__)


class SeriesRow(NamedTuple):
    """A portfolio's points in order: 64-bit integers, big-endian; days since year 1, cents."""

    portfolio_id: int
    days: bytes
    equity: bytes
    flows: bytes
    invested: bytes


class ClosedRow(NamedTuple):
    """A portfolio's closed positions: big-endian 64-bit, cents as integers, seconds as floats."""

    portfolio_id: int
    pnl: bytes
    held: bytes


class TradedRow(NamedTuple):
    """Sums over a portfolio's trades and exits, in dollars."""

    portfolio_id: int
    bought: Decimal
    sold: Decimal
    fees: Decimal
    slippage: Decimal


class ComparedRow(NamedTuple):
    """A portfolio's name, whose twin it is, and the key in which it began to differ."""

    portfolio_id: PortfolioId
    name: str
    twin_of: PortfolioId | None
    twin_key: str | None


class PurchaseRow(NamedTuple):
    """What portfolios together wanted to buy of an outcome in a cycle, in dollars, and its asks.

    `target_price` is the highest target price among them, `max_slippage` how far above it a fill
    may be, both 0–1; `asks` are read level by level.
    """

    wanted: Decimal
    target_price: Decimal
    max_slippage: Decimal
    asks: str


class ForecastRow(NamedTuple):
    """A probability that was traded on (0–1), the price that was paid, and whether it came true."""

    portfolio_id: int
    event_id: EventId
    probability: float
    price: float
    won: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """P&L (dollars) of an exit, or of what an open position holds: then without a kind."""

    portfolio_id: int
    market_id: MarketId
    event_id: EventId | None
    market_name: str
    event_name: str | None
    tags: list[str]
    strategy: str
    exit_kind: str | None
    entry_evidence: str | None
    exit_evidence: str | None
    pnl: Decimal


def changed(session: Session) -> list[PortfolioId]:
    """The portfolios whose metrics are older than what they tell of, by id."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_changed"]).fetchall()


def series(session: Session, portfolio_ids: Sequence[int], last_day: date) -> list[SeriesRow]:
    """The points of portfolios up to a (UTC) day, by id; those without a point are left out."""
    values = {"portfolio_ids": list(portfolio_ids), "last_day": last_day}
    with session.cursor(binary=True) as cursor:
        return [SeriesRow(*row) for row in cursor.execute(SQL["select_series"], values)]


def closed(session: Session, portfolio_ids: Sequence[int]) -> list[ClosedRow]:
    """The closed positions of portfolios, by id."""
    values = {"portfolio_ids": list(portfolio_ids)}
    with session.cursor(binary=True) as cursor:
        return [ClosedRow(*row) for row in cursor.execute(SQL["select_closed"], values)]


def traded(session: Session, portfolio_ids: Sequence[int]) -> list[TradedRow]:
    """What portfolios turned over and paid for it, by id."""
    return fetch(session, TradedRow, SQL["select_traded"], {"portfolio_ids": list(portfolio_ids)})


def forecasts(session: Session, portfolio_ids: Sequence[int]) -> list[ForecastRow]:
    """The probabilities of executed signals whose market resolved to 1 or 0, by portfolio."""
    return fetch(
        session, ForecastRow, SQL["select_forecasts"], {"portfolio_ids": list(portfolio_ids)}
    )


def results(session: Session, portfolio_ids: Sequence[int]) -> list[ResultRow]:
    """What P&L is made of, by portfolio."""
    values = {"portfolio_ids": list(portfolio_ids)}
    return fetch(session, ResultRow, SQL["select_results"], values)


def save(
    session: Session, metrics: Sequence[Mapping[str, object]], last_day: date, now: datetime
) -> None:
    """Keep metrics by the names of the cache's columns, unless it has later ones."""
    values = {"metrics": json.dumps(metrics, default=str), "last_day": last_day, "now": now}
    session.execute(SQL["save"], values)


def metrics(session: Session, portfolio_id: PortfolioId) -> dict[str, Any] | None:
    """A portfolio's metrics by the names of the cache's columns; None before the first time."""
    with session.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL["select_metrics"], {"portfolio_id": portfolio_id}).fetchone()


def sharpe_ratios(session: Session) -> list[float]:
    """The (annual) Sharpe ratios of all portfolios that have one."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_sharpe_ratios"]).fetchall()


def compared(session: Session, portfolio_ids: Sequence[PortfolioId]) -> list[ComparedRow]:
    """Read the names and twins of those of these portfolios that exist, by id."""
    values = {"portfolio_ids": list(portfolio_ids)}
    return fetch(session, ComparedRow, SQL["select_compared"], values)


def benchmark(session: Session) -> PortfolioId | None:
    """The portfolio that buys at random, the first one; None where there is none."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_benchmark"]).fetchone()


def event_profits(
    session: Session, portfolio_ids: Sequence[PortfolioId], first_day: date, last_day: date
) -> dict[int, dict[EventId, Decimal]]:
    """P&L in dollars by portfolio and event, realized within these days or still held."""
    values = {
        "portfolio_ids": list(portfolio_ids),
        "first_day": first_day,
        "last_day": last_day,
    }
    found: defaultdict[int, dict[EventId, Decimal]] = defaultdict(dict)
    for portfolio_id, event_id, pnl in session.execute(SQL["select_event_profits"], values):
        found[portfolio_id][event_id] = pnl
    return found


def held_sides(session: Session, portfolio_ids: Sequence[PortfolioId]) -> dict[int, set[Side]]:
    """The outcomes that portfolios ever held."""
    found: defaultdict[int, set[Side]] = defaultdict(set)
    values = {"portfolio_ids": list(portfolio_ids)}
    for portfolio_id, market_id, action in session.execute(SQL["select_held_sides"], values):
        found[portfolio_id].add((market_id, Action(action).outcome))
    return found


def purchases(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    last_day: date,
    max_slippage: Decimal,
    limit: int,
) -> list[PurchaseRow]:
    """Read the newest purchases, at most `limit`, whose books are still stored.

    `max_slippage` is the default of configurations that do not set it.
    """
    values = {
        "portfolio_ids": list(portfolio_ids),
        "last_day": last_day,
        "max_slippage": max_slippage,
        "limit": limit,
    }
    return fetch(session, PurchaseRow, SQL["select_purchases"], values)
