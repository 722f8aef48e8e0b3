"""Latest prices: only of complete batches, and only forward in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.market.batches import BatchKind
from prescient.core.market.markets import MarketId
from prescient.store import tape
from prescient.store.tape import Sighting
from tests.builders import NOON, event, market
from tests.store.tapes import Batch, batches
from tests.world import World, several

OF_SOME = """
    UPDATE portfolio_positions AS position SET status = 'closed', shares = 0, cost_basis = 0,
        exit_price = 0.5, exit_timestamp = %s
    FROM unnest(%s::int[], %s::text[]) AS sold (portfolio_id, market_id)
    WHERE position.portfolio_id = sold.portfolio_id AND position.market_id = sold.market_id
    RETURNING position.market_id"""


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(batches(), max_size=6).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(range(len(some))))
    )
)
def test_the_latest_price_is_the_newest_sighting_whatever_the_order_of_publication(
    world: World, tape_and_order: tuple[list[Batch], Sequence[int]]
) -> None:
    """Batches overlap: one that began later may be published first."""
    written, order = tape_and_order
    world.truncate()
    with world.context.database.transaction() as session:
        ids = []
        for place, batch in enumerate(written):
            seen_at = NOON + timedelta(minutes=place)
            batch_id = tape.open_batch(session, batch.kind, NOON)
            tape.append(session, batch_id, batch.markets, Sighting(seen_at))
            ids.append(batch_id)
        for place in order:
            if written[place].fails:
                tape.discard(session, ids[place], "HTML", {})
            else:
                tape.publish(session, ids[place], {}, NOON + timedelta(hours=1))
    newest = world.rows(
        "SELECT DISTINCT ON (market_id) market_id, batch_id, timestamp AS observed_at, best_bid,"
        " best_ask, closed FROM market_snapshots JOIN market_batches USING (batch_id)"
        " WHERE status = 'complete' ORDER BY market_id, timestamp DESC"
    )
    prices = world.rows(
        "SELECT market_id, batch_id, observed_at, best_bid, best_ask, closed FROM market_prices"
        " ORDER BY market_id"
    )
    assert prices == newest
    assert world.rows("SELECT 1 FROM market_batches WHERE status = 'loading'") == []


def test_the_markets_that_are_held_outside_of_a_batch(world: World) -> None:
    """Two portfolios hold four markets; a market counts for as long as one of them holds it."""
    markets = several(4)
    world.exchange.events = [event(*markets)]
    for name in ("first", "second"):
        world.portfolio(name)
    world.run_cycle()
    first, second, third, fourth = (found.market_id for found in markets)
    sold = world.rows(OF_SOME, NOON, [1, 1, 2], [second, third, third])
    assert len(sold) == 3
    assert _held_outside(world) == [first, second, fourth]
    assert _held_outside(world, first, third) == [second, fourth]
    assert _held_outside(world, first, second, fourth) == []


def test_nothing_is_held_outside_where_nothing_is_held(world: World) -> None:
    assert _held_outside(world, MarketId("m1")) == []


def _held_outside(world: World, *seen: MarketId) -> list[MarketId]:
    with world.context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.FILTER, NOON)
        shown = [market(market_id=market_id) for market_id in seen]
        tape.append(session, batch_id, shown, Sighting(NOON))
        return tape.held_outside(session, batch_id)
