"""Features against an independent computation: Python's statistics over the rows of the tape."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.market.batches import BatchKind
from prescient.core.market.markets import MarketId
from prescient.store import features, tape
from prescient.store.tape import Sighting
from tests.builders import NOON, market
from tests.store.tapes import MARKETS, Batch, sightings, tapes, write
from tests.world import World

LOOKBACKS = (6, 24, 72, 168, 336)
STEP = Decimal("0.000001")
M1 = MarketId("m1")
on_one_database = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@on_one_database
@given(tapes(), st.integers(0, 90), st.tuples(*(sightings(market_id) for market_id in MARKETS)))
def test_features_are_those_of_the_hours_before_the_batch(
    world: World, batches: list[Batch], minutes: int, shown: tuple[Any, ...]
) -> None:
    world.truncate()
    with world.context.database.transaction() as session:
        started_at = write(session, batches) + timedelta(minutes=minutes)
        batch_id = tape.open_batch(session, BatchKind.FILTER, started_at)
        tape.append(session, batch_id, shown, Sighting(started_at))
        features.compute(session, batch_id, MARKETS, LOOKBACKS)
    for market_id in MARKETS:
        points = _hours(world, market_id, started_at)
        mark = world.row(
            "SELECT mark FROM market_snapshots WHERE batch_id = %s AND market_id = %s",
            batch_id,
            market_id,
        )["mark"]
        for lookback in LOOKBACKS:
            wanted = _feature(points, mark, started_at - timedelta(hours=lookback))
            assert _stored(world, batch_id, market_id, lookback) == wanted


def _hours(world: World, market_id: MarketId, before: datetime) -> list[tuple[datetime, Decimal]]:
    """The last sighting of each hour, where it is earlier, from the rows of the tape alone."""
    rows = world.rows(
        "SELECT seen.timestamp, seen.mark FROM market_snapshots AS seen"
        " JOIN market_batches AS batch USING (batch_id)"
        " WHERE batch.status = 'complete' AND batch.kind = 'filter' AND seen.listed"
        " AND NOT seen.closed AND seen.mark IS NOT NULL AND seen.market_id = %s"
        " ORDER BY seen.timestamp, seen.batch_id DESC",
        market_id,
    )
    last: dict[datetime, tuple[datetime, Decimal]] = {}
    for row in rows:
        moment = row["timestamp"]
        last[moment.replace(minute=0, second=0, microsecond=0)] = (moment, row["mark"])
    return [(moment, mark) for moment, mark in last.values() if moment < before]


def _feature(
    points: Iterable[tuple[datetime, Decimal]], mark: Decimal | None, since: datetime
) -> dict[str, Any] | None:
    marks = [price for moment, price in points if moment >= since]
    if not marks or mark is None:
        return None
    mean = _rounded(statistics.mean(marks))
    deviation = _rounded(statistics.stdev(marks)) if len(marks) > 1 else None
    return {
        "reference_price": marks[0],
        "mean": mean,
        "standard_deviation": deviation,
        "observations": len(marks),
    }


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(STEP, ROUND_HALF_UP)


def _stored(
    world: World, batch_id: int, market_id: MarketId, lookback: int
) -> dict[str, Any] | None:
    rows = world.rows(
        "SELECT reference_price, mean, standard_deviation, observations"
        " FROM market_features WHERE batch_id = %s AND market_id = %s AND lookback_hours = %s",
        batch_id,
        market_id,
        lookback,
    )
    return rows[0] if rows else None


def test_only_what_is_asked_for_is_computed(world: World) -> None:
    with world.context.database.transaction() as session:
        for hour in range(3):
            now = NOON + timedelta(hours=hour)
            batch_id = tape.open_batch(session, BatchKind.FILTER, now)
            shown = [market(market_id=MarketId(market_id)) for market_id in ("m1", "m2")]
            tape.append(session, batch_id, shown, Sighting(now))
            features.compute(session, batch_id, [M1, MarketId("gone")], [24])
            tape.publish(session, batch_id, {}, now)
            features.record_hours(session, batch_id)
    rows = world.rows("SELECT market_id, lookback_hours, observations FROM market_features")
    assert [tuple(row.values()) for row in rows] == [("m1", 24, 1), ("m1", 24, 2)]


def test_nothing_asked_for_is_nothing_computed(world: World) -> None:
    with world.context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.FILTER, NOON)
        features.compute(session, batch_id, [], [24])
        features.compute(session, batch_id, [M1], [])
    assert world.rows("SELECT 1 FROM market_features") == []


@pytest.mark.parametrize("minutes", [59, 60, 61])
def test_the_edge_of_a_lookback_is_a_moment_not_an_hour(world: World, minutes: int) -> None:
    """Six hours after 12:30 the mark of 12:30 still counts, a minute later no more."""
    with world.context.database.transaction() as session:
        seen_at = NOON + timedelta(minutes=30)
        batch_id = tape.open_batch(session, BatchKind.FILTER, seen_at)
        tape.append(session, batch_id, [market()], Sighting(seen_at))
        tape.publish(session, batch_id, {}, seen_at)
        features.record_hours(session, batch_id)
        now = seen_at + timedelta(hours=5, minutes=minutes)
        batch_id = tape.open_batch(session, BatchKind.FILTER, now)
        tape.append(session, batch_id, [market()], Sighting(now))
        features.compute(session, batch_id, [M1], [6])
    found = world.rows("SELECT observations FROM market_features")
    assert len(found) == (1 if minutes <= 60 else 0)
