"""What a step did comes out of its handler as CloudWatch metrics, whether it worked or failed."""

from __future__ import annotations

import pytest

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.markets import Quote
from tests.usecases.functions import Functions
from tests.world import D, World


def test_a_filter_says_what_it_fetched_and_left_out(world: World, functions: Functions) -> None:
    world.portfolio()
    assert functions.invoke("filter", cycle_id=world.open_cycle()) == {
        "BatchFailed{filter}": 0,
        "ExchangeCalls{filter}": 1,
        "ExchangeRetries{filter}": 0,
        "ExchangeThrottled{filter}": 0,
        "ExchangeBytes{filter}": 0,
        "DuplicateRows{filter}": 0,
        "SkippedRows{filter}{placeholder}": 2,
        "BatchMarkets{filter}": 1,
        "ValuationsFailed{filter}": 0,
    }


def test_a_filter_that_failed_says_so_and_what_it_asked(world: World, functions: Functions) -> None:
    world.portfolio()
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        functions.invoke("filter", cycle_id=world.open_cycle())
    said = functions.metrics()
    assert (said["BatchFailed{filter}"], said["ExchangeCalls{filter}"]) == (1, 1)
    assert "BatchMarkets{filter}" not in said
    assert "BatchFailed{filter}" not in functions.invoke("maintenance", tasks=["retention"])


def test_a_price_update_says_what_became_of_the_positions(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    said = functions.invoke("price_update")
    assert {name: value for name, value in said.items() if "{" not in name} == {
        "PricesUpdated": 1,
        "PriceUpdateAge": 300,
        "PriceUpdateDuration": 0,
        "CycleAge": 300,
        "CyclesAbandoned": 0,
        "OpenPositions": 1,
        "PositionsSettled": 0,
        "PositionsExited": 0,
        "PositionsFlagged": 0,
        "DrawdownWarnings": 0,
        "DrawdownPauses": 0,
        "StaleMarks": 0,
        "OldestMarkAge": 0,
    }
    assert said["BatchMarkets{price_update}"] == 1


def test_the_oldest_mark_ages_while_its_market_is_missing(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    world.run_cycle()
    world.exchange.events = []
    world.clock.pass_time(minutes=90)
    said = functions.invoke("price_update")
    assert (said["OldestMarkAge"], said["PositionsFlagged"]) == (90 * 60, 1)


def test_a_mark_that_no_quote_supports_is_stale(world: World, functions: Functions) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.exchange.show(quote=Quote(D("0.2"), D("0.9")))
    assert functions.invoke("price_update")["StaleMarks"] == 1


def test_the_cycles_row_keeps_the_counters_of_its_fetch(world: World) -> None:
    world.portfolio()
    cycle_id = world.run_cycle()
    kept = world.row("SELECT counters FROM trading_cycles WHERE cycle_id = %s", cycle_id)
    assert kept["counters"]["skipped"] == {"placeholder": 2}
    assert kept == world.row("SELECT counters FROM market_batches")


def test_the_cycles_row_keeps_the_counters_of_a_fetch_that_failed(world: World) -> None:
    world.portfolio()
    world.exchange.pages_before_failure = 1
    cycle_id = world.open_cycle()
    with pytest.raises(ExchangeUnavailable):
        world.filter(cycle_id)
    kept = world.row("SELECT counters FROM trading_cycles")
    assert kept["counters"]["calls"] == 1
    assert kept == world.row("SELECT counters FROM market_batches")
