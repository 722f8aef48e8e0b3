"""History for the markets that mean reversion could trade if their past were known."""

from datetime import datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.market.markets import MarketId
from prescient.polymarket.clob_rows import PricePoint
from prescient.usecases import backfill, maintenance
from prescient.usecases.backfill import BackfillResult
from prescient.usecases.maintenance import MaintenanceRequest, Task
from tests.builders import NOON, event, market
from tests.world import World

HOUR = timedelta(hours=1)


def run(world: World) -> BackfillResult:
    done = maintenance.run(MaintenanceRequest(tasks=frozenset({Task.BACKFILL})), world.context)
    assert done.backfill is not None
    return done.backfill


def listed(world: World, *depths: int, **configuration: Any) -> None:
    """Markets m1, m2, … of these liquidities in a batch, and a portfolio that would trade them."""
    world.portfolio(strategy_type="mean_reversion", **configuration)
    world.exchange.events = [
        event(
            *(
                market(
                    market_id=MarketId(f"m{place}"),
                    liquidity=D(depth),
                    yes_token_id=f"y{place}",
                    no_token_id=f"n{place}",
                )
                for place, depth in enumerate(depths, start=1)
            )
        )
    ]
    world.filter(world.open_cycle())


def history(hours: int, price: str = "0.40", until: datetime = NOON) -> tuple[PricePoint, ...]:
    """Two points in each of the hours before `until`, of which the later one counts."""
    points = []
    for hours_ago in range(hours, 0, -1):
        start = until - hours_ago * HOUR
        points.append(PricePoint(start + timedelta(minutes=1), D("0.9")))
        points.append(PricePoint(start + timedelta(minutes=31), D(price)))
    return tuple(points)


def test_the_past_becomes_hours_that_the_next_batch_sees(world: World) -> None:
    listed(world, 20000)
    world.exchange.histories = {"y1": history(400)}
    assert run(world) == BackfillResult(markets=1, hours=168)
    filled = world.rows("SELECT * FROM market_hours ORDER BY hour")
    assert len(filled) == 169
    assert (filled[0]["hour"], filled[0]["mark"]) == (NOON - 168 * HOUR, D("0.4"))
    assert filled[0]["observed_at"] == NOON - 168 * HOUR + timedelta(minutes=31)
    batch = world.row("SELECT * FROM market_batches WHERE kind = 'backfill'")
    assert (batch["status"], batch["markets"], batch["counters"]["calls"]) == ("complete", 1, 1)
    world.clock.pass_time(hours=1)
    result = world.filter(world.open_cycle())
    feature = world.row("SELECT * FROM market_features WHERE batch_id = %s", result.batch_id)
    assert (feature["lookback_hours"], feature["observations"]) == (168, 168)


def test_what_the_tape_saw_itself_stays(world: World) -> None:
    listed(world, 20000)
    world.exchange.histories = {"y1": history(30, until=NOON + 2 * HOUR)}
    world.clock.pass_time(hours=2)
    run(world)
    row = world.row("SELECT mark FROM market_hours WHERE hour = %s", NOON)
    assert row["mark"] == D("0.775")


def test_only_markets_that_it_could_trade_and_does_not_know_are_asked_for(world: World) -> None:
    listed(world, 9000, 20000, 30000, min_observations=2)
    with world.context.database.transaction() as session:
        session.execute(
            "INSERT INTO market_hours VALUES ('m2', %s, %s, 0.5)", [NOON - HOUR, NOON - HOUR]
        )
    run(world)
    assert world.exchange.asked_histories == ["y3"]


@pytest.mark.parametrize("strategy_type", ["momentum", "arbitrage", "random"])
def test_strategies_that_count_no_observations_ask_for_nothing(
    world: World, strategy_type: str
) -> None:
    world.portfolio(strategy_type=strategy_type)
    world.filter(world.open_cycle())
    assert run(world) == BackfillResult()
    assert world.exchange.asked_histories == []


def test_a_hybrids_voter_needs_a_past_too(world: World) -> None:
    world.portfolio(strategy_type="hybrid")
    world.filter(world.open_cycle())
    assert run(world).markets == 1


def test_before_the_first_listing_there_is_nothing_to_ask_for(world: World) -> None:
    world.portfolio(strategy_type="mean_reversion")
    assert run(world) == BackfillResult()


def test_a_run_is_bounded_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MARKETS_A_RUN", 3)
    monkeypatch.setattr(backfill, "MARKETS_A_BATCH", 2)
    listed(world, 20000, 50000, 40000, 30000)
    assert run(world).markets == 3
    assert world.exchange.asked_histories == ["y2", "y3", "y4"]
    assert run(world).markets == 1
    assert world.exchange.asked_histories[3:] == ["y1"]
    kinds = world.rows("SELECT markets FROM market_batches WHERE kind = 'backfill' ORDER BY 1")
    assert [row["markets"] for row in kinds] == [1, 1, 2]


def test_a_market_without_a_past_is_asked_for_once_a_day(world: World) -> None:
    listed(world, 20000)
    assert run(world) == BackfillResult(markets=1, hours=0)
    assert run(world).markets == 0
    world.clock.pass_time(hours=24)
    assert run(world).markets == 1


def test_what_was_filled_before_a_failure_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "MARKETS_A_BATCH", 1)
    listed(world, 50000, 40000, 30000)
    world.exchange.histories = {"y1": history(5), "y2": history(5), "y3": history(5)}
    world.exchange.fails = {"history of y2"}
    done = run(world)
    assert (done.markets, done.hours) == (1, 5)
    assert done.error == "history of y2: answered HTML"
    statuses = world.rows("SELECT status, error FROM market_batches WHERE kind = 'backfill'")
    assert {(row["status"], row["error"]) for row in statuses} == {
        ("complete", None),
        ("failed", "history of y2: answered HTML"),
    }
    world.exchange.fails = set()
    assert run(world) == BackfillResult(markets=2, hours=10)


def test_an_exchange_that_fails_holds_up_no_other_task(world: World) -> None:
    listed(world, 20000)
    world.exchange.fails = {"history of y1"}
    done = maintenance.run(MaintenanceRequest(), world.context)
    assert done.reconciled
    assert done.backfill is not None
    assert done.backfill.error is not None
