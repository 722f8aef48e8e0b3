"""Every market that was ever on the tape has its outcome within 48 hours of its resolution."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId
from prescient.polymarket.clob_rows import ResolutionDetails
from prescient.usecases import maintenance, outcomes
from prescient.usecases.maintenance import MaintenanceRequest, Task
from prescient.usecases.outcomes import OutcomesResult
from tests.builders import NOON, event, market
from tests.world import World

DAY = timedelta(days=1)


def run(world: World) -> OutcomesResult:
    done = maintenance.run(MaintenanceRequest(tasks=frozenset({Task.OUTCOMES})), world.context)
    assert done.outcomes is not None
    return done.outcomes


def ending(place: int, **changes: Any) -> Market:
    """Market m1, m2, …, which ends this many hours after noon."""
    values: dict[str, Any] = {
        "market_id": MarketId(f"m{place}"),
        "condition_id": f"0x{place}",
        "end_date": NOON + timedelta(hours=place),
    }
    return market(**values | changes)


def list_once(world: World, *markets: Market) -> None:
    """Put the markets on the tape; no portfolio wants any of them."""
    world.portfolio(min_confidence=0.99)
    world.exchange.events = [event(*markets)]
    world.run_cycle()


def close(world: World, *market_ids: str, **changes: Any) -> None:
    """End these markets as YES, unless `changes` say how."""
    how: dict[str, Any] = {"closed": True, "yes_price": D(1), "no_price": D(0)} | changes
    (shown,) = world.exchange.events
    markets = (
        replace(shown_market, **how) if shown_market.market_id in market_ids else shown_market
        for shown_market in shown.markets
    )
    world.exchange.events = [event(*markets)]


def known(world: World) -> dict[str, D]:
    """The payouts that are kept, each of which the tape shows in the batch that it names."""
    found = world.rows(
        "SELECT outcome.market_id, outcome.yes_payout, seen.yes_payout AS on_tape"
        " FROM market_outcomes AS outcome LEFT JOIN market_snapshots AS seen"
        " USING (batch_id, market_id) WHERE outcome.yes_payout IS NOT NULL"
    )
    assert all(row["yes_payout"] == row["on_tape"] for row in found)
    return {row["market_id"]: row["yes_payout"] for row in found}


def test_a_market_that_nobody_held_has_its_outcome_after_its_end(world: World) -> None:
    list_once(world, ending(1), ending(2), ending(900))
    close(world, "m1")
    close(world, "m2", yes_price=D(0), no_price=D(1))
    world.clock.pass_time(hours=3)
    assert run(world) == OutcomesResult(markets=2, outcomes=2)
    assert known(world) == {"m1": D(1), "m2": D(0)}
    batch = world.row("SELECT * FROM market_batches WHERE kind = 'outcomes'")
    assert (batch["status"], batch["markets"], batch["counters"]["calls"]) == ("complete", 2, 1)
    world.clock.pass_time(days=1)
    world.filter(world.open_cycle())
    assert run(world) == OutcomesResult()


def test_a_market_that_resolved_before_its_end_has_left_the_listing(world: World) -> None:
    """Two daily runs are enough, whenever between them it resolves."""
    list_once(world, ending(900), ending(901, end_date=None), ending(902))
    world.clock.pass_time(hours=23)
    world.filter(world.open_cycle())
    close(world, "m900", "m901")
    world.clock.pass_time(hours=1)
    world.filter(world.open_cycle())
    assert run(world) == OutcomesResult()
    world.clock.pass_time(days=1)
    world.filter(world.open_cycle())
    assert run(world) == OutcomesResult(markets=2, outcomes=2)
    assert known(world) == {"m900": D(1), "m901": D(1)}


def test_where_cycles_are_rare_what_the_newest_listing_shows_has_not_left_it(world: World) -> None:
    list_once(world, ending(900))
    world.clock.pass_time(hours=30)
    assert run(world) == OutcomesResult()


def test_what_cycles_and_price_updates_saw_is_not_asked_for_again(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(days=40)
    assert run(world) == OutcomesResult()  # it is held: price updates ask for it
    world.exchange.show(closed=True, yes_price=D(1), no_price=D(0))
    world.update_prices()
    assert run(world) == OutcomesResult(outcomes=1)
    assert known(world) == {"m1": D(1)}
    assert run(world) == OutcomesResult()


def test_a_market_that_never_resolves_does_not_hide_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "MARKETS_A_RUN", 2)
    list_once(world, ending(1), ending(2), ending(3), ending(4), ending(5))
    asked = []
    for _ in range(3):
        world.clock.pass_time(days=1)
        run(world)
        rows = world.rows(
            "SELECT market_id FROM market_outcomes WHERE asked_at = %s", world.clock()
        )
        asked.append({row["market_id"] for row in rows})
    assert asked == [{"m1", "m2"}, {"m3", "m4"}, {"m5", "m1"}]


def test_a_run_that_is_repeated_asks_for_nothing_twice(world: World) -> None:
    list_once(world, ending(1))
    world.clock.pass_time(days=1)
    assert run(world).markets == 1
    assert run(world).markets == 0


def test_an_exchange_that_fails_ends_this_task_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it could not answer comes last the next time."""
    monkeypatch.setattr(outcomes, "MARKETS_A_BATCH", 1)
    list_once(world, ending(1), ending(2))
    close(world, "m1", "m2")
    world.clock.pass_time(days=1)
    world.exchange.pages_before_failure = 0
    done = maintenance.run(MaintenanceRequest(), world.context)
    assert done.outcomes == OutcomesResult(error="GET /events/keyset: answered HTML")
    assert done.reconciled
    failed = world.row("SELECT status FROM market_batches WHERE kind = 'outcomes'")
    assert failed["status"] == "failed"
    world.exchange.pages_before_failure = None
    assert run(world) == OutcomesResult(markets=1, outcomes=1)
    assert known(world) == {"m2": D(1)}
    world.clock.pass_time(days=1)
    assert run(world) == OutcomesResult(markets=1, outcomes=1)


def test_a_market_that_the_exchange_does_not_know_is_counted(world: World) -> None:
    list_once(world, ending(1))
    world.exchange.events = []
    world.clock.pass_time(days=1)
    assert run(world) == OutcomesResult(markets=1)
    batch = world.row("SELECT * FROM market_batches WHERE kind = 'outcomes'")
    assert (batch["markets"], batch["unanswered_markets"]) == (0, 1)


def test_an_end_at_half_each_waits_for_the_word_of_the_clob(world: World) -> None:
    list_once(world, ending(1))
    close(world, "m1", yes_price=D("0.5"), no_price=D("0.5"))
    world.clock.pass_time(days=1)
    assert run(world) == OutcomesResult(markets=1)
    world.exchange.resolutions = {"0x1": ResolutionDetails(None, is_fifty_fifty=True)}
    world.clock.pass_time(days=1)
    assert run(world) == OutcomesResult(markets=1, outcomes=1)
    assert known(world) == {"m1": D("0.5")}


def test_nothing_that_trades_sees_what_was_asked_for(world: World) -> None:
    """No price moves, no hour is written, and the next cycle decides on its own batch."""
    list_once(world, ending(1), ending(2))
    world.clock.pass_time(days=1)
    world.exchange.events = [event(ending(1, yes_price=D("0.6"), no_price=D("0.4")), ending(2))]
    tables = ("market_prices", "market_hours", "market_features", "trading_cycles", "portfolios")
    before = world.everything()
    assert run(world).markets == 2
    after = world.everything()
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}
    rows = world.rows(
        "SELECT listed FROM market_snapshots JOIN market_batches USING (batch_id)"
        " WHERE kind = 'outcomes'"
    )
    assert [row["listed"] for row in rows] == [False, False]
    assert world.breaks() == []


def test_it_says_how_much_it_did(world: World) -> None:
    list_once(world, ending(1), ending(2))
    close(world, "m1")
    world.clock.pass_time(days=1)
    world.context.metrics.take()
    run(world)
    said = {metric.name: metric.value for metric in world.context.metrics.take()}
    assert (said["OutcomesAsked"], said["OutcomesFound"], said["BatchMarkets"]) == (2, 1, 2)
