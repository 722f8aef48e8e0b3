"""The invariants of DESIGN.md section 5, each as the rows that break it."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class Break:
    """A row that breaks an invariant: what it says and what it should say."""

    rule: str
    subject: str
    found: str
    expected: str


def breaks(session: Session, limit: int = 100) -> list[Break]:
    """At most `limit` broken rows over all portfolios; none when the books reconcile."""
    with session.cursor(row_factory=class_row(Break)) as cursor:
        return cursor.execute(SQL["select_breaks"], {"limit": limit}).fetchall()
