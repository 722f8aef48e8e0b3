"""What portfolios were worth: equity points, and of each day the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from psycopg.rows import scalar_row

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
NO_FLOWS: Mapping[PortfolioId, Decimal] = MappingProxyType({})


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
