"""The tape: what each fetch saw. One batch a fetch; readers see complete batches only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from prescient.core.markets import Market, MarketId, Quote
from prescient.core.marks import mark_price
from prescient.core.portfolios import PortfolioId
from prescient.core.settlement import resolution
from prescient.store import portfolios, statements
from prescient.store.database import Session

SQL = statements.load(__file__)
LOOKBACKS = (6, 24, 72, 168, 336)


def open_batch(session: Session, kind: str, now: datetime) -> int:
    """Start a batch of kind `filter`, `price_update` or `backfill`; it is `loading`."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return int(cursor.execute(SQL["open_batch"], {"kind": kind, "now": now}).fetchall()[0])


def append(session: Session, batch_id: int, markets: Sequence[Market], seen_at: datetime) -> None:
    """Add what a page showed of `markets` at `seen_at` to a loading batch."""
    marks = _marks(session, [market.market_id for market in markets])
    with session.cursor() as cursor, cursor.copy(SQL["copy_snapshots"]) as copy:
        for market in markets:
            copy.write_row(_snapshot_row(batch_id, market, marks.get(market.market_id), seen_at))


def publish(
    session: Session, batch_id: int, counters: Mapping[str, object], now: datetime
) -> list[PortfolioId]:
    """Make a loaded batch visible: features, latest prices and the totals of all its holders.

    Returns the portfolios whose positions were marked; they stay locked until the transaction
    ends. Prices move forward in time only.
    """
    values = {"batch_id": batch_id}
    with session.cursor(row_factory=scalar_row) as cursor:
        holders = cursor.execute(SQL["lock_holders_of_batch"], values).fetchall()
    session.execute(SQL["move_prices"], values)
    session.execute(
        SQL["complete_batch"], {**values, "counters": Jsonb(dict(counters)), "now": now}
    )
    portfolios.rewrite_totals(session, holders, now)
    return holders


def compute_features(session: Session, batch_id: int, lookbacks: Sequence[int]) -> None:
    """Per-market features of a loading batch over each of `lookbacks` (hours)."""
    values = {"batch_id": batch_id, "lookbacks": list(lookbacks), "longest": max(lookbacks)}
    session.execute(SQL["compute_features"], values)


def discard(session: Session, batch_id: int, error: str, counters: Mapping[str, object]) -> None:
    """Mark a batch as failed and remove its rows."""
    values = {"batch_id": batch_id, "error": error, "counters": Jsonb(dict(counters))}
    session.execute(SQL["discard_batch"], values)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """How many markets a batch holds, and how many rows the fetch skipped."""

    batch_id: int
    status: str
    markets: int
    skipped: int


def get_batch(session: Session, batch_id: int) -> BatchRow:
    """The batch; it must exist."""
    with session.cursor(row_factory=class_row(BatchRow)) as cursor:
        return cursor.execute(SQL["select_batch"], {"batch_id": batch_id}).fetchall()[0]


def quote(best_bid: Decimal | None, best_ask: Decimal | None) -> Quote | None:
    """The quote of YES as stored: both sides, or none."""
    return None if best_bid is None or best_ask is None else Quote(best_bid, best_ask)


def _marks(session: Session, market_ids: Sequence[MarketId]) -> dict[MarketId, Decimal]:
    rows = session.execute(SQL["select_marks"], {"market_ids": list(market_ids)})
    return dict(rows.fetchall())


def _snapshot_row(
    batch_id: int, market: Market, previous: Decimal | None, seen_at: datetime
) -> tuple[object, ...]:
    mark = mark_price(market.quote, previous, market.yes_price)
    resolved = resolution(market)
    return (
        batch_id,
        market.market_id,
        seen_at,
        market.yes_price,
        market.no_price,
        market.quote.bid if market.quote else None,
        market.quote.ask if market.quote else None,
        mark.price if mark else None,
        mark.stale if mark else True,
        market.liquidity,
        market.volume,
        market.volume_24h,
        market.one_day_price_change,
        market.active and market.accepting_orders,
        market.closed,
        market.resolution_status,
        resolved.yes_payout,
        resolved.flag,
    )
