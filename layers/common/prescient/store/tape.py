"""The tape: what each fetch saw. One batch a fetch; readers see complete batches only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from psycopg import Cursor
from psycopg.rows import TupleRow, scalar_row
from psycopg.types.json import Jsonb
from pydantic import BaseModel
from pydantic_core import to_json

from prescient.core.errors import BatchLost
from prescient.core.market.batches import BatchKind, BatchStatus, LeftOut, ListingFilter
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId
from prescient.core.market.marks import Mark, is_trusted, mark_price
from prescient.core.market.settlement import resolution
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.copying import copied
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import fetch, typed_row

SQL = statements.load(__file__)


def open_batch(
    session: Session,
    kind: BatchKind,
    now: datetime,
    listing: ListingFilter | None = None,
    *,
    max_books: int | None = None,
    fetched_for: BaseModel | None = None,
) -> int:
    """Start a batch, which is `loading`; return its id.

    `listing` is what the listing is asked for, `max_books` the largest number of books, and
    `fetched_for` what the batch's cycle needs.
    """
    values = {
        "kind": kind,
        "now": now,
        "liquidity_min": listing.liquidity_min if listing else None,
        "volume_min": listing.volume_min if listing else None,
        "end_date_min": listing.end_date_min if listing else None,
        "max_books": max_books,
        "fetched_for": fetched_for and Jsonb(fetched_for.model_dump(mode="json")),
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        return int(cursor.execute(SQL["open_batch"], values).fetchall()[0])


def lock_filters(session: Session) -> None:
    """Let no other filter decide whether to fetch until the transaction ends."""
    session.execute(SQL["lock_filters"])


def is_loading(session: Session, kind: BatchKind, since: datetime) -> bool:
    """Whether a batch of this kind is loading that was started after `since`."""
    return bool(session.execute(SQL["select_loading"], {"kind": kind, "since": since}).fetchall())


class FetchedRow(NamedTuple):
    """A filter's batch: what it was fetched for, and how many books it left out."""

    batch_id: int
    fetched_for: Mapping[str, object]
    books_beyond_max: int


def fetched_since(session: Session, since: datetime) -> list[FetchedRow]:
    """Read the newest complete batches of filters, at most ten, that ended after `since`."""
    return fetch(session, FetchedRow, SQL["select_fetched_since"], {"since": since})


class Published(NamedTuple):
    """The portfolios that are not archived, all locked, and those whose positions a batch marks."""

    portfolio_ids: list[PortfolioId]
    holders: list[PortfolioId]


@dataclass(frozen=True)
class Sighting:
    """How markets came to be seen.

    `listed` is false where only a holding brought them into a filter's batch: no other
    portfolio may see them. The CLOB said of those in `half_confirmed`
    that they ended at half each.
    """

    at: datetime
    listed: bool = True
    half_confirmed: frozenset[MarketId] = frozenset()

    @cached_property
    def written_at(self) -> str:
        return self.at.isoformat()


def append(session: Session, batch_id: int, markets: Sequence[Market], sighting: Sighting) -> None:
    """Add `markets`, completed by `listings`, as they were seen to a loading batch."""
    with appended(session, batch_id, markets, sighting):
        pass


@contextmanager
def appended(
    session: Session, batch_id: int, markets: Sequence[Market], sighting: Sighting
) -> Iterator[None]:
    """As `append`; the block works while the server does, and may not use the session."""
    marks = _marks(session, markets)
    rows = (
        _snapshot_row(batch_id, market, mark, sighting)
        for market, mark in zip(markets, marks, strict=True)
    )
    with copied(session, SQL["copy_snapshots"], rows):
        yield


def publish(
    session: Session,
    batch_id: int,
    counters: Mapping[str, object],
    now: datetime,
    left_out: LeftOut | None = None,
) -> Published:
    """Make a loaded batch and its prices visible.

    The caller has to rewrite the totals of the portfolios whose positions it marks. All stay
    locked until the transaction ends: one that buys meanwhile would be valued at the mark before.
    Prices move forward in time only. Raises `BatchLost` for a batch that is not loading.
    """
    values = {"batch_id": batch_id}
    with session.pipeline():
        # A portfolio that is buying right now holds nothing yet that this transaction could see.
        locked = session.execute(SQL["lock_possible_holders"])
        holding = session.execute(SQL["select_holders_of_batch"], values)
        session.execute(SQL["move_prices"], values)
        completed = _send_completion(session, batch_id, counters, now, left_out)
    _check_completion(batch_id, completed)
    return Published([row[0] for row in locked], [row[0] for row in holding])


def complete(
    session: Session,
    batch_id: int,
    counters: Mapping[str, object],
    now: datetime,
    left_out: LeftOut | None = None,
) -> None:
    """Make a loaded batch visible, but not its prices: for batches that only research reads.

    Raises `BatchLost` for a batch that is not loading.
    """
    _check_completion(batch_id, _send_completion(session, batch_id, counters, now, left_out))


def held_outside(session: Session, batch_id: int) -> list[MarketId]:
    """The markets that some portfolio holds and the batch does not have."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_held_outside"], {"batch_id": batch_id}).fetchall()


def held_within(
    session: Session, batch_id: int, portfolio_ids: Sequence[PortfolioId]
) -> list[MarketId]:
    """The markets of the batch that these portfolios hold."""
    values = {"batch_id": batch_id, "portfolio_ids": list(portfolio_ids)}
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_held_within"], values).fetchall()


def discard(session: Session, batch_id: int, error: str, counters: Mapping[str, object]) -> None:
    """Mark a batch as failed and remove its rows."""
    values = {"batch_id": batch_id, "error": error, "counters": Jsonb(dict(counters))}
    session.execute(SQL["discard_batch"], values)


class BatchRow(NamedTuple):
    """How many markets a batch holds, and how many rows the fetch skipped."""

    batch_id: int
    status: BatchStatus
    markets: int
    skipped: int


def get_batch(session: Session, batch_id: int) -> BatchRow:
    """The batch; it must exist."""
    with session.cursor(row_factory=typed_row(BatchRow)) as cursor:
        return cursor.execute(SQL["select_batch"], {"batch_id": batch_id}).fetchall()[0]


class Staleness(NamedTuple):
    """How many marks are carried forward, and how long ago the market last seen was seen.

    Beside them how many positions are open.
    """

    marks: int
    oldest_seconds: int
    open_positions: int


def send_staleness(
    session: Session, market_ids: Sequence[MarketId], now: datetime
) -> Pending[Staleness]:
    """Ask how current the latest prices of these markets are, which are all that are held."""
    values = {"market_ids": to_json(market_ids).decode(), "now": now}
    cursor = session.cursor(row_factory=typed_row(Staleness))
    cursor.execute(SQL["select_staleness"], values)
    return Pending(lambda: cursor.fetchall()[0])


def _send_completion(
    session: Session,
    batch_id: int,
    counters: Mapping[str, object],
    now: datetime,
    left_out: LeftOut | None,
) -> Cursor[TupleRow]:
    values = {
        "batch_id": batch_id,
        "counters": Jsonb(dict(counters)),
        "now": now,
        **(left_out or LeftOut())._asdict(),
    }
    return session.execute(SQL["complete_batch"], values)


def _check_completion(batch_id: int, completed: Cursor[TupleRow]) -> None:
    if completed.fetchone() is None:
        raise BatchLost(batch_id)


def _marks(session: Session, markets: Sequence[Market]) -> Iterator[Mark | None]:
    """The mark of each market, worked out while the server stores those before it."""
    unquoted = [market for market in markets if not _is_quoted(market)]
    last = _last_marks(session, unquoted) if unquoted else {}
    return (
        mark_price(market.quote, last.get(market.market_id), market.yes_price) for market in markets
    )


def _is_quoted(market: Market) -> bool:
    """Whether its quote says the mark, whatever was before."""
    return market.quote is not None and is_trusted(market.quote)


def _last_marks(session: Session, markets: Sequence[Market]) -> dict[MarketId, Decimal]:
    values = {
        "market_ids": [market.market_id for market in markets],
        "identities": [market.identity for market in markets],
    }
    return dict(session.execute(SQL["select_marks"], values).fetchall())


def _snapshot_row(
    batch_id: int, market: Market, mark: Mark | None, sighting: Sighting
) -> tuple[object, ...]:
    """Numbers are texts already, which COPY takes over several times as fast as Decimals."""
    quote = market.quote
    confirmed = market.market_id in sighting.half_confirmed
    resolved = resolution(market, half_confirmed=confirmed)
    payout, change = resolved.yes_payout, market.one_day_price_change
    return (
        batch_id,
        market.market_id,
        sighting.written_at,
        None if market.yes_price is None else str(market.yes_price),
        None if market.no_price is None else str(market.no_price),
        None if quote is None else str(quote.bid),
        None if quote is None else str(quote.ask),
        None if mark is None else str(mark.price),
        mark is None or mark.stale,
        str(market.liquidity),
        str(market.volume),
        str(market.volume_24h),
        None if change is None else str(change),
        market.active and market.accepting_orders,
        market.closed,
        market.resolution_status,
        None if payout is None else str(payout),
        resolved.flag,
        sighting.listed,
        market.identity,
    )
