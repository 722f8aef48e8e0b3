"""What each market's past says: one mark an hour, and features over lookbacks of them."""

from __future__ import annotations

from collections.abc import Collection

from prescient.core.market.markets import MarketId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def compute(
    session: Session, batch_id: int, market_ids: Collection[MarketId], lookbacks: Collection[int]
) -> None:
    """Features of the batch's `market_ids` over each of `lookbacks` (hours).

    They see marks of listed markets strictly earlier than the batch, the last one of each hour.
    """
    if market_ids and lookbacks:
        values = {
            "batch_id": batch_id,
            "market_ids": sorted(market_ids),
            "lookbacks": sorted(lookbacks),
        }
        session.execute(SQL["compute_features"], values)


def record_hours(session: Session, batch_id: int) -> None:
    """Let the batch's marks be the latest of their hours, for the batches to come."""
    session.execute(SQL["record_hours"], {"batch_id": batch_id})
