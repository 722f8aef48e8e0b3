"""Who takes part in rebalancing."""

from __future__ import annotations

from psycopg.rows import class_row

from prescient.core.portfolio.targets import Member
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def members(session: Session) -> list[Member]:
    """The active portfolios with a `rebalance_threshold`, by id, locked."""
    with session.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(SQL["lock_members"]).fetchall()
