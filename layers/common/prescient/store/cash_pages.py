"""Pages of cash that moved: a portfolio's ledger, and the transfers between portfolios."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


class LedgerRow(NamedTuple):
    """A movement of cash in dollars, negative where it left."""

    entry_no: int
    timestamp: datetime
    kind: str
    amount: Decimal
    balance_after: Decimal
    source: str
    ordered_by: str | None
    reason: str | None


class TransferRow(NamedTuple):
    """Dollars that went from one portfolio to another; an id is None where it was deleted."""

    transfer_id: int
    timestamp: datetime
    from_portfolio_id: int | None
    to_portfolio_id: int | None
    from_name: str
    to_name: str
    amount: Decimal
    reason: str | None
    executed_by: str
    ordered_by: str | None


def entries(
    session: Session,
    portfolio_id: PortfolioId,
    window: Window,
    kind: LedgerKind | None = None,
) -> list[LedgerRow]:
    """Read a page of a portfolio's ledger, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id, "kind": kind}
    return fetch(session, LedgerRow, SQL["select_entries"], values)


def transfers(
    session: Session, window: Window, portfolio_id: PortfolioId | None = None
) -> list[TransferRow]:
    """Read a page of all transfers, or of one portfolio's, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id}
    return fetch(session, TransferRow, SQL["select_transfers"], values)
