"""Cash flows: the portfolios that they concern, and what they write beside the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.errors import PortfolioNotFound
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import ledger, statements
from prescient.store.database import Session
from prescient.store.rows import fetch

SQL = statements.load(__file__)


class CashAccount(NamedTuple):
    """What decides whether a portfolio's cash may move; the balance is dollars.

    Its totals tell of now where it `is_valued`.
    """

    portfolio_id: PortfolioId
    status: PortfolioStatus
    current_balance: Decimal
    is_valued: bool


def lock_accounts(session: Session, ids: Sequence[PortfolioId]) -> dict[PortfolioId, CashAccount]:
    """The accounts of these portfolios, locked in the order of their ids.

    Raises `PortfolioNotFound`.
    """
    rows = fetch(session, CashAccount, SQL["lock_portfolios"], {"portfolio_ids": list(ids)})
    accounts = {row.portfolio_id: row for row in rows}
    for portfolio_id in ids:
        if portfolio_id not in accounts:
            raise PortfolioNotFound(portfolio_id)
    return accounts


def posted(
    session: Session, entries: Sequence[ledger.Entry]
) -> dict[tuple[PortfolioId, str], Decimal]:
    """The dollars that these sources have moved already, by portfolio and source."""
    values = {
        "portfolio_ids": [entry.portfolio_id for entry in entries],
        "sources": [entry.source for entry in entries],
    }
    rows = session.execute(SQL["select_posted"], values)
    return {(portfolio_id, source): amount for portfolio_id, source, amount in rows}


def log_transfers(session: Session, transfers: Sequence[Transfer], now: datetime) -> None:
    """Append the transfers to the rebalancing log, with the names of both portfolios."""
    values = {
        "from_ids": [transfer.from_id for transfer in transfers],
        "to_ids": [transfer.to_id for transfer in transfers],
        "amounts": [transfer.amount for transfer in transfers],
        "reasons": [transfer.reason for transfer in transfers],
        "executors": [transfer.executed_by for transfer in transfers],
        "callers": [transfer.ordered_by for transfer in transfers],
        "now": now,
    }
    session.execute(SQL["log_transfers"], values)
