"""Who takes part in rebalancing, and what each was worth day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from psycopg.rows import class_row

from prescient.core.portfolio.cash import FLOWS
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.targets import Day, Member
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def members(session: Session) -> list[Member]:
    """The active portfolios with a `rebalance_threshold`, by id, locked."""
    with session.cursor(row_factory=class_row(Member)) as cursor:
        return cursor.execute(SQL["lock_members"]).fetchall()


def days(session: Session, members: Sequence[Member], since: date) -> dict[PortfolioId, list[Day]]:
    """Each member's days from `since` on that have a row in the history, in their order."""
    values = {
        "portfolio_ids": [member.portfolio_id for member in members],
        "flow_kinds": sorted(FLOWS),
        "since": since,
    }
    found: defaultdict[PortfolioId, list[Day]] = defaultdict(list)
    for portfolio_id, equity, flows in session.execute(SQL["select_days"], values):
        found[portfolio_id].append(Day(equity, flows))
    return found
