"""How the markets of the tape ended: which of them to ask for, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import scalar_row

from prescient.core.market.markets import MarketId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


def due(
    session: Session, *, now: datetime, asked_before: datetime, unseen_since: datetime, limit: int
) -> list[MarketId]:
    """The markets without an outcome that no portfolio holds and that ended, or left the listing.

    A market left the listing if neither the newest one nor any since `unseen_since` shows it open.
    Those that were never asked for come first, then those that were asked for the longest ago, so
    that one which never resolves does not hide the others; none that was asked for at or after
    `asked_before`.
    """
    values = {
        "now": now,
        "asked_before": asked_before,
        "unseen_since": unseen_since,
        "limit": limit,
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_due"], values).fetchall()


def note_asked(session: Session, market_ids: Sequence[MarketId], now: datetime) -> None:
    """Keep that these markets were asked for, whatever comes of it."""
    session.execute(SQL["note_asked"], {"market_ids": list(market_ids), "now": now})


def note_of_batch(session: Session, batch_id: int) -> int:
    """Keep the payouts that this batch saw; how many they are."""
    return session.execute(SQL["note_of_batch"], {"batch_id": batch_id}).rowcount


def note_of_prices(session: Session) -> int:
    """Keep the payouts that cycles and price updates saw and that are not kept yet; how many."""
    return session.execute(SQL["note_of_prices"]).rowcount
