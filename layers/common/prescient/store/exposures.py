"""Exposure: cost basis in dollars, of a portfolio's positions and summed over all portfolios.

The sums hold no portfolio's data. Lock order everywhere: portfolios by id, then markets by id,
then the capital row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from prescient.core.execution.account import Exposure, SharedExposure
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import array

SQL = statements.load(__file__)


def send_of_portfolios(
    session: Session, portfolio_ids: Sequence[PortfolioId]
) -> Pending[Mapping[PortfolioId, list[Exposure]]]:
    """Read the exposure of each open position of these portfolios."""
    found = session.execute(SQL["select_of_portfolios"], {"portfolio_ids": array(portfolio_ids)})

    def read() -> Mapping[PortfolioId, list[Exposure]]:
        held: defaultdict[PortfolioId, list[Exposure]] = defaultdict(list)
        for portfolio_id, position_id, market_id, event_id, action, cost_basis in found.fetchall():
            outcome = Action(action).outcome
            exposure = Exposure(position_id, market_id, event_id, outcome, cost_basis)
            held[portfolio_id].append(exposure)
        return held

    return Pending(read)


def send_lock_of_orders(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId]
) -> Pending[SharedExposure]:
    """Lock what the cycle's open orders may move of the sums, until the transaction ends."""
    orders = {"cycle_id": cycle_id, "portfolio_ids": array(portfolio_ids)}
    session.execute(SQL["add_markets_of_orders"], orders)
    locked = session.execute(SQL["lock_of_orders"], orders)

    def read() -> SharedExposure:
        *markets, (_, capital) = locked.fetchall()
        return SharedExposure(dict(markets), capital)

    return Pending(read)


def lock(session: Session, market_ids: Iterable[MarketId]) -> None:
    """Lock the sums of these markets and the capital row until the transaction ends."""
    session.execute(SQL["lock_markets"], {"market_ids": sorted(set(market_ids))})
    session.execute(SQL["lock_capital"])


def move(session: Session, changes: Sequence[tuple[MarketId, Decimal]]) -> None:
    """Add (market, dollars of cost basis) to locked sums; negative where a position closes."""
    values = {
        "market_ids": [market_id for market_id, _ in changes],
        "cost_bases": [cost_basis for _, cost_basis in changes],
    }
    session.execute(SQL["move"], values)
