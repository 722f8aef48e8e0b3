"""Deleting a portfolio with all of its rows."""

from __future__ import annotations

from decimal import Decimal

from psycopg.rows import scalar_row

from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def has_history(session: Session, portfolio_id: PortfolioId) -> bool:
    """Whether the portfolio traded, or took part in a transfer."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return bool(cursor.execute(SQL["has_history"], {"portfolio_id": portfolio_id}).fetchone())


def invested_by_market(
    session: Session, portfolio_id: PortfolioId
) -> list[tuple[MarketId, Decimal]]:
    """Dollars of cost basis in each market that the portfolio holds, by market id."""
    return session.execute(SQL["select_invested"], {"portfolio_id": portfolio_id}).fetchall()


def delete(session: Session, portfolio_id: PortfolioId) -> None:
    """Delete the portfolio and its rows; the rebalancing log keeps the names."""
    session.execute(SQL["delete_portfolio"], {"portfolio_id": portfolio_id})
