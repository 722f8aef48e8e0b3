"""The cash ledger: the only way in which a balance moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


class Entry(NamedTuple):
    """A movement of cash in dollars; `source` is unique in its portfolio, so it happens once.

    `ordered_by` is the caller that asked for it, with the `reason`; both are None where the system
    moved the cash by itself.
    """

    portfolio_id: PortfolioId
    kind: LedgerKind
    amount: Decimal
    source: str
    ordered_by: str | None = None
    reason: str | None = None


def post(session: Session, entries: Sequence[Entry], now: datetime) -> None:
    """Append the entries, in order, and move the balances of their (locked) portfolios."""
    values = {
        "portfolio_ids": [entry.portfolio_id for entry in entries],
        "kinds": [entry.kind for entry in entries],
        "amounts": [entry.amount for entry in entries],
        "sources": [entry.source for entry in entries],
        "callers": [entry.ordered_by for entry in entries],
        "reasons": [entry.reason for entry in entries],
        "now": now,
    }
    session.execute(SQL["post"], values)
