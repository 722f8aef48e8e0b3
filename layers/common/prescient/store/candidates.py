"""A batch's markets as strategies see them: prices, features, books, and facts of their event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, TypedDict

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.market.books import OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome
from prescient.core.market.settlement import is_pending
from prescient.core.money import ONE, ZERO
from prescient.core.strategies.candidates import Candidate, EventFacts, Feature
from prescient.store import statements
from prescient.store.books import book_to_decide_on
from prescient.store.database import Session
from prescient.store.quotes import quote
from prescient.store.rows import typed_row

SQL = statements.load(__file__)
BooksByMarket = Mapping[MarketId, dict[Outcome, OrderBook]]


class _FeatureRow(TypedDict):
    reference_price: Decimal | int
    mean: Decimal | int
    standard_deviation: Decimal | int | None
    observations: int


class _CandidateRow(NamedTuple):
    market_id: MarketId
    event_id: EventId | None
    event_title: str | None
    event_end_date: datetime | None
    question: str
    tags: list[str]
    yes_price: Decimal
    no_price: Decimal
    best_bid: Decimal | None
    best_ask: Decimal | None
    mark: Decimal
    liquidity: Decimal
    volume: Decimal
    one_day_price_change: Decimal | None
    end_date: datetime | None
    fee_rate: Decimal
    fee_exponent: Decimal
    tick_size: Decimal
    neg_risk: bool
    resolution_status: str | None
    features: Mapping[str, _FeatureRow]


class _EventRow(NamedTuple):
    event_id: EventId
    neg_risk: bool
    augmented: bool
    markets: int
    open_markets: list[MarketId]
    closed_as_no: int


def load(
    session: Session,
    batch_id: int,
    thresholds: Thresholds,
    market_ids: Sequence[MarketId] | None = None,
) -> list[Candidate]:
    """The open, priced markets of a complete batch that pass `thresholds`, by market id.

    Nothing of them can be changed: a chunk's portfolios see the same ones.

    Only those of `market_ids` where it is given, and then also those that are in the batch only
    because a portfolio holds them.
    """
    wanted = {
        "batch_id": batch_id,
        "market_ids": None if market_ids is None else list(market_ids),
        **bounds(thresholds),
    }
    events, books = _neg_risk_events(session, batch_id), _books(session, wanted)
    with session.cursor(row_factory=typed_row(_CandidateRow)) as cursor:
        rows = cursor.execute(SQL["select_candidates"], wanted)
        return [_candidate(row, events, books) for row in rows]


def bounds(thresholds: Thresholds) -> dict[str, Decimal]:
    """What the thresholds ask of a market, as the statements take it."""
    highest = thresholds.max_market_conviction
    return {
        "min_liquidity": thresholds.min_liquidity or ZERO,
        "min_volume": thresholds.min_volume or ZERO,
        "min_market_conviction": thresholds.min_market_conviction or ZERO,
        "max_market_conviction": ONE if highest is None else highest,
    }


def _neg_risk_events(session: Session, batch_id: int) -> dict[EventId, EventFacts]:
    with session.cursor(row_factory=typed_row(_EventRow)) as cursor:
        rows = cursor.execute(SQL["select_neg_risk_events"], {"batch_id": batch_id})
        return {
            row.event_id: EventFacts(
                event_id=row.event_id,
                neg_risk=row.neg_risk,
                augmented=row.augmented,
                markets=row.markets,
                open_markets=frozenset(row.open_markets),
                closed_as_no=row.closed_as_no,
            )
            for row in rows
        }


def _books(session: Session, wanted: Mapping[str, object]) -> BooksByMarket:
    found: defaultdict[MarketId, dict[Outcome, OrderBook]] = defaultdict(dict)
    for market_id, outcome, bids, asks in session.execute(SQL["select_books"], wanted):
        found[market_id][Outcome(outcome)] = book_to_decide_on(bids, asks)
    return found


def _candidate(
    row: _CandidateRow, events: Mapping[EventId, EventFacts], books: BooksByMarket
) -> Candidate:
    return Candidate(
        market_id=row.market_id,
        event_id=row.event_id,
        event_title=row.event_title,
        event_end_date=row.event_end_date,
        question=row.question,
        tags=frozenset(row.tags),
        yes_price=row.yes_price,
        no_price=row.no_price,
        quote=quote(row.best_bid, row.best_ask),
        mark=row.mark,
        liquidity=row.liquidity,
        volume=row.volume,
        one_day_price_change=row.one_day_price_change,
        end_date=row.end_date,
        features=MappingProxyType(
            {int(hours): _feature(values) for hours, values in row.features.items()}
        ),
        books=MappingProxyType(books.get(row.market_id, {})),
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        tick_size=row.tick_size,
        neg_risk=row.neg_risk,
        outcome_proposed=is_pending(row.resolution_status),
        event=events.get(row.event_id) if row.event_id else None,
    )


def _feature(row: _FeatureRow) -> Feature:
    deviation = row["standard_deviation"]
    return Feature(
        reference_price=Decimal(row["reference_price"]),
        mean=Decimal(row["mean"]),
        standard_deviation=None if deviation is None else Decimal(deviation),
        observations=row["observations"],
    )
