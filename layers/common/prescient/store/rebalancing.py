"""Who takes part in rebalancing."""

from __future__ import annotations

from prescient.core.portfolio.targets import Member
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch

SQL = statements.load(__file__)


def members(session: Session) -> list[Member]:
    """The active portfolios with a `rebalance_threshold`, by id, locked."""
    return fetch(session, Member, SQL["lock_members"], {})
