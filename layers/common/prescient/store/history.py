"""History: one snapshot a day, and equity points at every price update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow

SQL = statements.load(__file__)


def save_snapshot(session: Session, portfolio: PortfolioRow, now: datetime) -> None:
    """Write the portfolio's row of the (UTC) day; a later snapshot replaces an earlier one."""
    values = {
        "portfolio_id": portfolio.portfolio_id,
        "snapshot_date": now.date(),
        "timestamp": now,
        "balance": portfolio.current_balance,
        "total_invested": portfolio.total_invested,
        "total_profit_loss": portfolio.total_profit_loss,
        "total_value": portfolio.total_value,
        "open_positions": portfolio.open_positions,
        "trade_count": portfolio.trade_count,
    }
    session.execute(SQL["save_snapshot"], values)


def add_equity_points(
    session: Session, portfolio_ids: Sequence[PortfolioId], now: datetime
) -> None:
    """Store what these locked portfolios are worth, as their totals have it."""
    values = {"portfolio_ids": list(portfolio_ids), "now": now}
    session.execute(SQL["insert_equity_points"], values)
