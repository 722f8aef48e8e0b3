"""Arbitrary tapes: batches of a few markets, written as the steps write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from prescient.core.market.batches import BatchKind
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId, Quote
from prescient.store import features, tape
from prescient.store.database import Session
from prescient.store.tape import Sighting
from tests.builders import NOON, market

MARKETS = tuple(MarketId(f"m{place}") for place in range(3))


@dataclass(frozen=True)
class Batch:
    """A fetch that starts `minutes` after the one before and sees its markets a bit later."""

    minutes: int
    kind: BatchKind
    fails: bool
    seen_after: int
    listed: bool
    markets: tuple[Market, ...]


def prices() -> st.SearchStrategy[Decimal]:
    return st.decimals("0.01", "0.99", places=3)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    bid, ask = sorted((draw(prices()), draw(prices())))
    return Quote(bid, ask)


@st.composite
def sightings(draw: st.DrawFn, market_id: MarketId) -> Market:
    """With a quote that may be too wide to trust, or without any; open or closed."""
    price = draw(prices())
    return market(
        market_id=market_id,
        quote=draw(st.none() | quotes()),
        yes_price=draw(st.none() | st.just(price)),
        no_price=1 - price,
        closed=draw(st.booleans()) and draw(st.booleans()),
    )


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    shown = draw(st.sets(st.sampled_from(MARKETS)))
    return Batch(
        minutes=draw(st.integers(0, 45) | st.integers(46, 60 * 40)),
        kind=draw(st.sampled_from([BatchKind.FILTER, BatchKind.FILTER, BatchKind.PRICE_UPDATE])),
        fails=draw(st.integers(0, 9)) == 0,
        seen_after=draw(st.integers(0, 120)),
        listed=draw(st.integers(0, 9)) > 0,
        markets=tuple(draw(sightings(market_id)) for market_id in sorted(shown)),
    )


def tapes() -> st.SearchStrategy[list[Batch]]:
    return st.lists(batches(), max_size=25)


def write(session: Session, batches: Sequence[Batch]) -> datetime:
    """Write the batches one after the other; the moment after the last of them."""
    now = NOON
    for batch in batches:
        now += timedelta(minutes=batch.minutes)
        batch_id = tape.open_batch(session, batch.kind, now)
        now += timedelta(seconds=batch.seen_after)
        tape.append(session, batch_id, batch.markets, Sighting(now, listed=batch.listed))
        if batch.fails:
            tape.discard(session, batch_id, "HTML", {})
            continue
        tape.publish(session, batch_id, {}, now)
        if batch.kind is BatchKind.FILTER:
            features.record_hours(session, batch_id)
    return now
