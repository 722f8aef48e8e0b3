"""Cost basis a market and in all, over all portfolios: sums without portfolio data.

Lock order everywhere: portfolios by id, then markets by id, then the capital row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from psycopg.rows import scalar_row

from prescient.core.market.markets import MarketId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Dollars of cost basis over all portfolios, by market and in all."""

    by_market: dict[MarketId, Decimal]
    capital: Decimal


def lock(session: Session, market_ids: Iterable[MarketId]) -> Callable[[], Exposure]:
    """Lock these markets' exposure and the capital row until the transaction ends.

    Whoever wants to know them waits by calling the answer.
    """
    wanted = {"market_ids": sorted(set(market_ids))}
    markets = session.execute(SQL["lock_market_exposure"], wanted)
    capital = session.cursor(row_factory=scalar_row)
    capital.execute(SQL["lock_capital"])
    return lambda: Exposure(dict(markets.fetchall()), capital.fetchone() or Decimal(0))


def move(session: Session, changes: Sequence[tuple[MarketId, Decimal]]) -> None:
    """Add (market, dollars of cost basis) to locked rows; negative where a position closes."""
    values = {
        "market_ids": [market_id for market_id, _ in changes],
        "cost_bases": [cost_basis for _, cost_basis in changes],
    }
    session.execute(SQL["move"], values)
