"""What the comparison last said of pairs of portfolios, for those that compute no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


class Compared(NamedTuple):
    """The verdict on the first portfolio beside the second, and the number of days in common."""

    first_id: PortfolioId
    second_id: PortfolioId
    days: int
    verdict: str


def to_compare(
    session: Session, last_day: date, limit: int
) -> list[tuple[PortfolioId, PortfolioId]]:
    """Pairs of portfolios that are rebalanced and not compared on days up to this one, or never.

    Those that wait the longest, the lower id first in each.
    """
    values = {"last_day": last_day, "limit": limit}
    return session.execute(SQL["select_to_compare"], values).fetchall()


def save(session: Session, found: Sequence[Compared], last_day: date, now: datetime) -> None:
    """Store verdicts on days up to `last_day`; each pair has its lower id first."""
    values = {
        "first_ids": [pair.first_id for pair in found],
        "second_ids": [pair.second_id for pair in found],
        "days": [pair.days for pair in found],
        "verdicts": [pair.verdict for pair in found],
        "last_day": last_day,
        "now": now,
    }
    session.execute(SQL["save"], values)


def told_apart(
    session: Session, portfolio_ids: Sequence[PortfolioId], since: datetime
) -> set[frozenset[PortfolioId]]:
    """The pairs of these portfolios that differed by more than noise when last compared."""
    values = {"portfolio_ids": list(portfolio_ids), "since": since}
    return {frozenset(pair) for pair in session.execute(SQL["select_told_apart"], values)}
