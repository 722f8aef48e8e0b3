"""One fetch a cycle, one batch, the same for every portfolio."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from prescient.core.errors import BatchLost, ExchangeUnavailable, InvalidRequest
from prescient.core.market.batches import BatchKind
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Quote
from prescient.store import tape
from prescient.usecases.support.market_needs import LATE_END
from tests.builders import NOON, event, market
from tests.world import World, several


def test_stores_what_it_saw_and_answers_whom_to_run(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    world.exchange.events = [
        event(*several(3)),
        event(market(market_id=MarketId("x")), event_id=EventId("e2")),
    ]
    cycle_id = world.open_cycle()
    result = world.filter(cycle_id)
    assert (result.chunks, result.markets, result.skipped) == ([[first, second]], 4, 2)
    tape = world.rows("SELECT market_id, mark, mark_stale FROM market_snapshots ORDER BY 1")
    assert [row["market_id"] for row in tape] == ["m1", "m2", "m3", "x"]
    assert {(row["mark"], row["mark_stale"]) for row in tape} == {(D("0.775"), False)}
    assert world.row("SELECT count(*) AS prices FROM market_prices")["prices"] == 4


def test_a_second_run_answers_the_same_and_fetches_nothing(world: World) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    first = world.filter(cycle_id)
    before = world.everything()
    world.exchange.events = []
    assert world.filter(cycle_id) == first
    assert world.everything() == before


def test_a_failed_fetch_publishes_nothing_and_leaves_no_rows(world: World) -> None:
    world.portfolio()
    world.exchange.events = [
        event(),
        event(market(market_id=MarketId("x")), event_id=EventId("e2")),
    ]
    world.exchange.pages_before_failure = 1
    cycle_id = world.open_cycle()
    with pytest.raises(ExchangeUnavailable, match="answered HTML"):
        world.filter(cycle_id)
    batch = world.row("SELECT status, error FROM market_batches")
    assert (batch["status"], batch["error"]) == ("failed", "GET /events/keyset: answered HTML")
    assert world.rows("SELECT 1 FROM market_snapshots") == []
    assert world.rows("SELECT 1 FROM market_prices") == []
    assert world.rows("SELECT 1 FROM cycle_portfolios") == []


def test_a_failed_fetch_keeps_the_prices_of_the_one_before(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.exchange.show(quote=Quote(D("0.10"), D("0.12")))
    world.exchange.pages_before_failure = 1
    world.clock.pass_time(hours=1)
    with pytest.raises(ExchangeUnavailable):
        world.filter(world.open_cycle())
    assert world.row("SELECT mark FROM market_prices")["mark"] == D("0.775")


def test_asks_the_exchange_for_no_more_than_some_portfolio_admits(world: World) -> None:
    world.portfolio("a", min_liquidity=5000, min_volume=70000)
    world.portfolio("b", min_liquidity=8000, min_volume=60000)
    world.filter(world.open_cycle())
    assert world.exchange.minima == (D(5000), D(60000))
    world.filter(world.open_cycle(thresholds={"event_min_liquidity": 9000}))
    assert world.exchange.minima == (D(9000), D(60000))


def test_only_the_portfolios_that_were_asked_for(world: World) -> None:
    world.portfolio("a")
    second = world.portfolio("b")
    assert world.filter(world.open_cycle(portfolio_ids=[second])).chunks == [[second]]


def test_paused_and_archived_portfolios_do_not_run(world: World) -> None:
    active = world.portfolio("a")
    paused, archived = world.portfolio("b"), world.portfolio("c")
    world.rows(
        "UPDATE portfolios SET status = 'paused' WHERE portfolio_id = %s RETURNING 1", paused
    )
    world.rows(
        "UPDATE portfolios SET status = 'archived' WHERE portfolio_id = %s RETURNING 1", archived
    )
    assert world.filter(world.open_cycle()).chunks == [[active]]


def test_a_cycle_that_has_ended_runs_no_portfolio_again(world: World) -> None:
    world.portfolio()
    cycle_id = world.run_cycle()
    before = world.everything()
    assert world.filter(cycle_id).chunks == []
    assert world.everything() == before


def test_a_cycle_that_has_failed_is_refused(world: World) -> None:
    cycle_id = world.open_cycle()
    world.close(cycle_id, error={"Error": "Broken"})
    with pytest.raises(InvalidRequest, match=f"cycle_id: cycle {cycle_id} has failed"):
        world.filter(cycle_id)


def test_a_market_that_did_not_change_is_not_rewritten(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(hours=1)
    world.exchange.show(quote=Quote(D("0.76"), D("0.77")), liquidity=D(30000))
    world.run_cycle()
    assert world.row("SELECT updated_at FROM markets")["updated_at"] == NOON
    world.exchange.show(question="Will it really?")
    world.run_cycle()
    assert world.row("SELECT question FROM markets")["question"] == "Will it really?"


def test_features_are_the_hourly_marks_before_the_batch(world: World) -> None:
    world.portfolio()
    for bid, ask in (("0.60", "0.62"), ("0.64", "0.66"), ("0.70", "0.72")):
        middle = (D(bid) + D(ask)) / 2
        shown = {"yes_price": middle, "no_price": 1 - middle, "quote": Quote(D(bid), D(ask))}
        world.exchange.show(**shown)
        result = world.filter(world.open_cycle())
        world.clock.pass_time(hours=1)
    found = world.rows(
        "SELECT * FROM market_features WHERE batch_id = %s AND lookback_hours = 24", result.batch_id
    )
    assert [(row["reference_price"], row["mean"], row["observations"]) for row in found] == [
        (D("0.61"), D("0.63"), 2)
    ]


def test_what_a_portfolio_holds_never_changes_a_feature(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.reprice("0.60", "0.61")
    world.clock.pass_time(hours=1)
    result = world.filter(world.open_cycle())
    features = world.rows(
        "SELECT mean FROM market_features WHERE batch_id = %s AND lookback_hours = 24",
        result.batch_id,
    )
    assert [row["mean"] for row in features] == [D("0.775")]


def test_asks_for_no_event_that_ended_long_before_any_portfolio_would_trade_it(
    world: World,
) -> None:
    world.portfolio("a", min_hours_to_end=48)
    world.portfolio("b", min_hours_to_end=24)
    world.filter(world.open_cycle())
    assert world.exchange.earliest_end == NOON + timedelta(hours=24) - LATE_END


def test_a_batch_that_maintenance_took_away_is_not_published(world: World) -> None:
    world.portfolio()
    with world.context.database.transaction() as session:
        batch_id = tape.open_batch(session, BatchKind.FILTER, NOON)
        tape.discard(session, batch_id, "stale", {})
        with pytest.raises(BatchLost, match="no longer loading"):
            tape.publish(session, batch_id, {}, NOON)


def test_a_held_market_that_the_exchange_does_not_answer_is_counted(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    world.exchange.events = []
    world.clock.pass_time(minutes=5)
    batch_ids = [world.filter(world.open_cycle()).batch_id, world.update_prices().batch_id]
    for batch_id in batch_ids:
        batch = world.row("SELECT * FROM market_batches WHERE batch_id = %s", batch_id)
        assert (batch["markets"], batch["unanswered_markets"]) == (0, 1)
    assert batch["liquidity_min"] is None


def test_a_flat_fee_is_no_reason_to_refuse_a_page(
    world: World,
) -> None:
    world.portfolio()
    world.exchange.show(fee=FeeSchedule(D("0.04"), D(0)))
    assert world.filter(world.open_cycle()).markets == 1
    assert world.row("SELECT fee_exponent FROM markets") == {"fee_exponent": D(0)}
