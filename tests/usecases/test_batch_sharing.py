"""One filter reads the exchange at a time, and a cycle soon after it decides on the same batch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from prescient.core.errors import ExchangeUnavailable, FilterBusy
from prescient.core.market.batches import BatchKind
from prescient.store import tape
from prescient.usecases.support import batch_sharing
from tests.world import World


@pytest.fixture
def soon(world: World) -> World:
    world.context = replace(
        world.context, batch_reuse=timedelta(seconds=60), sleep=lambda seconds: None
    )
    return world


def batches(world: World) -> int:
    found: int = world.row("SELECT count(*) FROM market_batches WHERE kind = 'filter'")["count"]
    return found


def decided(world: World, **request: Any) -> int:
    return world.filter(world.open_cycle(**request)).batch_id


def test_another_cycle_within_a_minute_takes_the_same_batch(soon: World) -> None:
    first, second = soon.portfolio("one"), soon.portfolio("two")
    batch_id = decided(soon, portfolio_ids=[first])
    soon.clock.pass_time(seconds=59)
    assert decided(soon, portfolio_ids=[second]) == batch_id
    assert batches(soon) == 1
    cycle = soon.open_cycle(portfolio_ids=[first])
    assert soon.filter(cycle).chunks == [[first]]
    assert soon.signal(cycle, first).signals == 1
    assert soon.execute(cycle, first).trades == 1
    soon.snapshot(cycle, first)
    soon.close(cycle)
    assert soon.breaks() == []


def test_a_minute_later_the_exchange_is_read_again(soon: World) -> None:
    soon.portfolio()
    first = decided(soon)
    soon.clock.pass_time(seconds=60)
    assert decided(soon) != first


def test_by_default_every_cycle_reads_the_exchange(world: World) -> None:
    world.portfolio()
    assert decided(world) != decided(world)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"trade_amount": 5}, True),
        ({"min_liquidity": 9000}, False),
        ({"min_hours_to_end": 12}, False),
        ({"market_types": ["politics"]}, False),
        ({"lookback_hours": 168}, False),
    ],
)
def test_another_portfolio_must_ask_for_no_more(
    soon: World, changes: dict[str, Any], same: bool
) -> None:
    first, second = soon.portfolio("one"), soon.portfolio("two", **changes)
    batch_id = decided(soon, portfolio_ids=[first])
    assert (decided(soon, portfolio_ids=[second]) == batch_id) is same
    both = decided(soon)
    assert decided(soon, portfolio_ids=[second]) in (batch_id, both) or not same
    assert decided(soon, portfolio_ids=[first]) == (batch_id if both == batch_id else both)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ({}, {"min_liquidity": 50000}, True),
        ({"min_liquidity": 20000}, {"min_liquidity": 30000}, True),
        ({"min_liquidity": 20000}, {}, False),
        ({"min_liquidity": 30000}, {"min_liquidity": 20000}, False),
        ({"max_market_conviction": "0.6"}, {"max_market_conviction": "0.5"}, True),
        ({"max_market_conviction": "0.5"}, {"max_market_conviction": "0.6"}, False),
    ],
)
def test_thresholds_may_only_be_tighter(
    soon: World, before: dict[str, Any], after: dict[str, Any], same: bool
) -> None:
    soon.portfolio()
    first, second = (decided(soon, thresholds=asked) for asked in (before, after))
    assert (first == second) is same


def test_where_books_were_left_out_only_the_same_needs_are_covered(soon: World) -> None:
    soon.context = replace(soon.context, max_books=1)
    soon.portfolio("one")
    two = soon.portfolio("two", min_volume=60000)
    both = decided(soon)
    assert soon.row("SELECT books_beyond_max FROM market_batches") != {"books_beyond_max": 0}
    assert decided(soon) == both
    assert decided(soon, portfolio_ids=[two]) != both


def test_a_failed_batch_covers_nothing(soon: World) -> None:
    soon.portfolio()
    soon.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        decided(soon)
    soon.exchange.pages_before_failure = None
    assert decided(soon) == 2


def test_while_one_reads_another_waits_and_gives_up(soon: World) -> None:
    soon.portfolio()
    waited: list[float] = []
    soon.context = replace(soon.context, sleep=waited.append)
    other = soon.open_cycle()

    def meanwhile() -> None:
        with pytest.raises(FilterBusy, match="another cycle is reading the exchange"):
            soon.filter(other)

    soon.exchange.while_fetching_books = meanwhile
    decided(soon)
    assert waited == [batch_sharing.POLL_SECONDS] * batch_sharing.MOST_POLLS
    assert batches(soon) == 1


def test_a_filter_that_died_is_not_waited_for(soon: World) -> None:
    soon.portfolio()
    with soon.context.database.transaction() as session:
        tape.open_batch(session, BatchKind.FILTER, soon.clock.now)
    soon.clock.pass_time(seconds=batch_sharing.LONGEST_FILTER.total_seconds())
    assert decided(soon) == 2
