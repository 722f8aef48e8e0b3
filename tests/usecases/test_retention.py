"""What maintenance takes from the tape, and what it never takes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any, get_args

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.batches import BatchKind
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import MarketId
from prescient.core.strategies.configuration import LookbackHours
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings
from prescient.store import idempotency, tape
from prescient.usecases import maintenance
from prescient.usecases.maintenance import MaintenanceRequest, Task
from prescient.usecases.retention import RetentionResult
from tests.builders import NOON, event, market
from tests.world import World, several

BOOK = OrderBook((Level(D("0.77"), D(1000)),), (Level(D("0.78"), D(1000)),))


def run(world: World, days: int = 30) -> RetentionResult:
    world.context = replace(
        world.context, tape_retention=timedelta(days=days), hours_retention=timedelta(days=15)
    )
    done = maintenance.run(MaintenanceRequest(tasks=frozenset({Task.RETENTION})), world.context)
    assert done.retention is not None
    return done.retention


def markets_of(world: World, table: str) -> list[tuple[int, str]]:
    query: Any = f"SELECT DISTINCT batch_id, market_id FROM {table} ORDER BY 1, 2"
    return [(row["batch_id"], row["market_id"]) for row in world.rows(query)]


def test_an_old_listing_that_no_cycle_acted_on_goes_and_a_young_one_stays(world: World) -> None:
    world.portfolio(min_confidence=0.9)
    old = world.filter(world.open_cycle()).batch_id
    world.clock.pass_time(days=31)
    young = world.filter(world.open_cycle()).batch_id
    done = run(world)
    assert (done.snapshots, done.hours) == (1, 1)
    assert markets_of(world, "market_snapshots") == [(young, "m1")]
    # The cycle's row still says which batch it had.
    assert {row["batch_id"] for row in world.rows("SELECT batch_id FROM market_batches")} == {
        old,
        young,
    }
    assert world.rows("SELECT 1 FROM market_hours WHERE hour < %s", NOON + timedelta(days=1)) == []
    assert run(world) == RetentionResult()


def test_a_batch_that_no_cycle_used_goes_whole(world: World) -> None:
    with world.context.database.transaction() as session:
        for kind in BatchKind:
            batch_id = tape.open_batch(session, kind, NOON)
            tape.discard(session, batch_id, "HTML", {})
    world.clock.pass_time(days=31)
    run(world)
    assert world.rows("SELECT 1 FROM market_batches") == []


def test_what_a_cycles_signals_saw_stays_with_its_features_and_books(world: World) -> None:
    world.exchange.events = [
        event(*several(2), market(market_id=MarketId("x"), yes_price=D("0.5"), no_price=D("0.5")))
    ]
    world.exchange.order_books = {"11": BOOK}
    portfolio_id = world.portfolio()
    world.filter(world.open_cycle())
    world.clock.pass_time(hours=1)
    cycle_id = world.run_cycle()
    batch_id = world.row("SELECT batch_id FROM trading_cycles WHERE cycle_id = %s", cycle_id)
    settle(world)
    world.clock.pass_time(days=31)
    run(world)
    acted = [(batch_id["batch_id"], "m1"), (batch_id["batch_id"], "m2")]
    kept = markets_of(world, "market_snapshots")
    assert [row for row in kept if row[0] == batch_id["batch_id"]] == acted
    assert markets_of(world, "market_features") == acted
    assert {row[0] for row in markets_of(world, "order_books")} <= {batch_id["batch_id"]}
    assert world.state(portfolio_id).trade_count == 2
    assert world.breaks() == []


def settle(world: World) -> None:
    world.clock.pass_time(minutes=5)
    (shown,) = world.exchange.events
    ended = [
        market(market_id=listed.market_id, closed=True, yes_price=D(1), no_price=D(0))
        for listed in shown.markets
    ]
    world.exchange.events = [event(*ended)]
    world.update_prices()


def test_every_sighting_of_an_open_positions_market_stays_until_it_closes(world: World) -> None:
    world.exchange.events = [event(*several(2))]
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.update_prices()
    world.clock.pass_time(days=31)
    assert run(world).snapshots == 0
    assert len(markets_of(world, "market_snapshots")) == 4
    settle(world)
    world.clock.pass_time(days=31)
    assert run(world).snapshots == 2
    # What is left: the decision's batch, and that of the exit.
    assert len(markets_of(world, "market_snapshots")) == 4
    assert world.rows("SELECT 1 FROM market_batches WHERE trimmed_at IS NULL") == []
    assert world.breaks() == []


def test_a_batch_that_has_been_loading_for_an_hour_is_removed(world: World) -> None:
    with world.context.database.transaction() as session:
        tape.open_batch(session, BatchKind.FILTER, NOON - timedelta(minutes=61))
        young = tape.open_batch(session, BatchKind.FILTER, NOON - timedelta(minutes=59))
    assert run(world).stale_batches == 1
    assert [row["batch_id"] for row in world.rows("SELECT batch_id FROM market_batches")] == [young]


def test_rows_of_schema_v1_stay(world: World) -> None:
    with world.context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.FILTER, NOON)
        session.execute(
            "INSERT INTO market_snapshots (batch_id, market_id, timestamp, mark_stale, legacy_id)"
            " VALUES (%s, 'old', %s, true, 7)",
            [batch_id, NOON],
        )
        session.execute("UPDATE market_batches SET status = 'complete', completed_at = started_at")
    world.clock.pass_time(days=365)
    assert run(world).snapshots == 0
    assert markets_of(world, "market_snapshots") == [(batch_id, "old")]


def test_hours_stay_as_long_as_the_setting_says(world: World) -> None:
    world.portfolio(min_confidence=0.9)
    world.filter(world.open_cycle())
    world.clock.now = NOON + timedelta(days=15)
    assert run(world).hours == 0
    world.clock.pass_time(seconds=1)
    assert run(world).hours == 1


def test_an_idempotency_key_is_forgotten_after_thirty_days(world: World) -> None:
    request = idempotency.Request("/trading/run-all-portfolios", "k", "digest")
    with world.context.database.transaction() as session:
        assert idempotency.earlier_answer(session, request, world.clock.now) is None
        idempotency.keep(session, request, {"cycle_id": 7})
    world.clock.pass_time(days=30)
    assert run(world).idempotency_keys == 0
    with world.context.database.transaction() as session:
        kept = idempotency.earlier_answer(session, request, world.clock.now)
    assert kept == {"cycle_id": 7}
    money = idempotency.Request(idempotency.MONEY, "k", "digest")
    with world.context.database.transaction() as session:
        assert idempotency.earlier_answer(session, money, NOON) is None
    world.clock.pass_time(seconds=1)
    assert run(world).idempotency_keys == 1
    world.clock.pass_time(days=4000)
    assert run(world).idempotency_keys == 0


def test_by_default_the_tape_keeps_ten_years(world: World) -> None:
    settings = Settings(database_url=world.database_url)
    context = Environment(settings, now=world.clock).context
    world.portfolio(min_confidence=0.9)
    world.filter(world.open_cycle())
    for days, removed in ((3650, (0, 0)), (3651, (1, 1))):
        world.clock.now = NOON + timedelta(days=days)
        done = maintenance.run(MaintenanceRequest(tasks=frozenset({Task.RETENTION})), context)
        assert done.retention is not None
        assert (done.retention.snapshots, done.retention.hours) == removed
    context.database.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TAPE_RETENTION_DAYS", "0"),
        ("TAPE_RETENTION_DAYS", "36501"),
        ("HOURS_RETENTION_DAYS", "14"),
        ("RECORD_MIN_LIQUIDITY", "-1"),
        ("RECORD_MIN_VOLUME", "NaN"),
    ],
)
def test_a_setting_of_the_tape_that_makes_no_sense_is_refused(variable: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=variable):
        Settings.from_variables({"DATABASE_URL": "postgresql:///p", variable: value})


def test_hours_are_kept_for_longer_than_any_strategy_looks_back() -> None:
    longest = max(get_args(LookbackHours))
    variables = {"DATABASE_URL": "postgresql:///p", "HOURS_RETENTION_DAYS": "15"}
    kept = timedelta(days=Settings.from_variables(variables).hours_retention_days)
    assert kept >= timedelta(hours=longest + 24)
