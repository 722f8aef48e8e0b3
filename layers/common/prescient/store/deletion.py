"""Deleting a portfolio with all of its rows."""

from __future__ import annotations

from psycopg.rows import scalar_row

from prescient.core.errors import InvalidRequest, PortfolioConflict
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import exposures, portfolios, statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def delete(session: Session, portfolio_id: PortfolioId, name: str, *, purge: bool) -> None:
    """Delete the portfolio of this id and `name`, and give back what it held of the shared limits.

    One that traded, or has a transfer with another, is history: only a `purge` deletes it. Raises
    `PortfolioNotFound`, `InvalidRequest` for another name and `PortfolioConflict` for history.
    """
    portfolio = portfolios.lock(session, portfolio_id)
    if name != portfolio.name:
        raise InvalidRequest(f"confirm: must be the portfolio's name, {portfolio.name!r}")
    if not purge and _has_history(session, portfolio_id):
        raise PortfolioConflict(
            f"portfolio_id: portfolio {portfolio_id} has a trade or a transfer: archive it instead"
        )
    _give_back(session, portfolio_id)
    session.execute(SQL["delete_portfolio"], {"portfolio_id": portfolio_id})


def _has_history(session: Session, portfolio_id: PortfolioId) -> bool:
    with session.cursor(row_factory=scalar_row) as cursor:
        return bool(cursor.execute(SQL["has_history"], {"portfolio_id": portfolio_id}).fetchone())


def _give_back(session: Session, portfolio_id: PortfolioId) -> None:
    values = {"portfolio_id": portfolio_id}
    invested = session.execute(SQL["select_invested"], values).fetchall()
    exposures.lock(session, [market_id for market_id, _ in invested])
    exposures.move(session, [(market_id, -cost_basis) for market_id, cost_basis in invested])
