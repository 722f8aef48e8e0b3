"""What portfolios were worth: equity points, and of each day the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from psycopg.rows import scalar_row

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)
NO_FLOWS: Mapping[PortfolioId, Decimal] = MappingProxyType({})


class PointRow(NamedTuple):
    """What a portfolio was worth at a moment, in dollars; `flow` had just come in."""

    timestamp: datetime
    entry_no: int
    balance: Decimal
    total_invested: Decimal
    total_profit_loss: Decimal
    equity: Decimal
    equity_at_bid: Decimal
    open_positions: int
    flow: Decimal


class DayRow(NamedTuple):
    """The last point of a day, in dollars; those of `v1` are as the older system claimed them."""

    snapshot_date: date
    timestamp: datetime
    balance: Decimal
    total_invested: Decimal
    total_profit_loss: Decimal
    total_value: Decimal
    open_positions: int
    trade_count: int
    origin: str


class Unit(StrEnum):
    """Of which the last equity point is kept."""

    HOUR = "hour"
    DAY = "day"


def add_equity_points(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    now: datetime,
    flows: Mapping[PortfolioId, Decimal] = NO_FLOWS,
) -> None:
    """Store what these locked portfolios are worth, as their totals have it.

    It is the row of its (UTC) day too, unless there is a later one. Days without a point before it
    get the row before them. `flows` are the dollars that have just come in, negative where they
    left.
    """
    values = {
        "portfolio_ids": list(portfolio_ids),
        "flow_ids": list(flows),
        "flows": list(flows.values()),
        "now": now,
    }
    session.execute(SQL["insert_equity_points"], values)


def carry_days(session: Session, until: date) -> int:
    """Give each portfolio that is not archived a row of every day up to this one; how many."""
    return session.execute(SQL["carry_days"], {"until": until}).rowcount


def thinned_until(session: Session, unit: Unit) -> date | None:
    """The day up to which only the last point of each unit is left; None without a portfolio."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_thinned"], {"unit": unit}).fetchone()


def note_thinned(session: Session, unit: Unit, until: date) -> None:
    """Note that points of before this day have been thinned."""
    session.execute(SQL["note_thinned"], {"unit": unit, "until": until})


def thin(session: Session, unit: Unit, portfolio_ids: Sequence[int], day: date) -> int:
    """Remove all points of a (UTC) day that are not the last of their unit; how many they were.

    A portfolio's first point stays, and so do those before and after a flow.
    """
    values = {"unit": unit, "portfolio_ids": list(portfolio_ids), "day": day}
    return session.execute(SQL["thin_points"], values).rowcount


def points(session: Session, portfolio_id: PortfolioId, window: Window) -> list[PointRow]:
    """A page of a portfolio's points, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id}
    return fetch(session, PointRow, SQL["select_points"], values)


def days(session: Session, portfolio_id: PortfolioId, window: Window) -> list[DayRow]:
    """A page of a portfolio's days, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id}
    return fetch(session, DayRow, SQL["select_days"], values)
