"""One fetch a cycle, one batch, the same for every portfolio."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import BatchLost, ExchangeUnavailable, InvalidRequest
from prescient.core.market.batches import BatchKind
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.listed import Market
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.store import candidates, tape
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


def book(bid: str, ask: str, shares: str = "100") -> OrderBook:
    return OrderBook((Level(D(bid), D(shares)),), (Level(D(ask), D(shares)),))


def deep(place: int, **changes: Any) -> Market:
    """Market m1, m2, …, each less deep than the one before, with tokens of its own."""
    values = {
        "market_id": MarketId(f"m{place}"),
        "liquidity": D(90000 - place),
        "yes_token_id": f"y{place}",
        "no_token_id": f"n{place}",
    }
    return market(**values | changes)


def test_books_of_both_outcomes_are_stored_with_the_batch(world: World) -> None:
    world.portfolio()
    world.exchange.order_books = {"11": book("0.77", "0.78"), "12": book("0.22", "0.24", "7.5")}
    result = world.filter(world.open_cycle())
    stored = world.rows("SELECT * FROM order_books ORDER BY outcome DESC")
    assert [(row["market_id"], row["outcome"], row["bids"], row["asks"]) for row in stored] == [
        ("m1", "yes", [["0.77", "100"]], [["0.78", "100"]]),
        ("m1", "no", [["0.22", "7.5"]], [["0.24", "7.5"]]),
    ]
    assert {(row["batch_id"], row["fetched_at"]) for row in stored} == {(result.batch_id, NOON)}
    with world.context.database.transaction() as session:
        (candidate,) = candidates.load(session, result.batch_id, Thresholds())
    assert candidate.books == {
        Outcome.YES: world.exchange.order_books["11"],
        Outcome.NO: world.exchange.order_books["12"],
    }


def test_a_book_that_the_listed_quote_contradicts_is_left_out_and_counted(world: World) -> None:
    world.portfolio()
    world.exchange.order_books = {"11": book("0.58", "0.60"), "12": book("0.22", "0.23")}
    world.filter(world.open_cycle())
    assert [row["outcome"] for row in world.rows("SELECT outcome FROM order_books")] == ["no"]
    skipped = {"placeholder": 2, "contradicted_book": 1}
    for table in ("market_batches", "trading_cycles"):
        counters = world.row(f"SELECT counters FROM {table}")["counters"]
        assert counters["skipped"] == skipped


@pytest.mark.parametrize(("bid", "ask"), [("0.58", "0.60"), ("0.01", "0.99")])
def test_a_market_with_a_contradicted_book_trades_at_its_quote(
    world: World, bid: str, ask: str
) -> None:
    """One book would have filled at 0.60, the other would have stopped trading in its market."""
    world.portfolio()
    world.exchange.order_books = {"11": book(bid, ask, "5000")}
    world.run_cycle()
    assert world.row("SELECT entry_price, evidence FROM trades") == {
        "entry_price": D("0.78"), "evidence": "quote",
    }  # fmt: skip


def test_a_token_without_a_book_leaves_its_outcome_without_one(world: World) -> None:
    world.portfolio()
    world.exchange.order_books = {"12": book("0.22", "0.24")}
    world.filter(world.open_cycle())
    assert [row["outcome"] for row in world.rows("SELECT outcome FROM order_books")] == ["no"]


def test_the_deepest_markets_that_some_portfolio_admits_get_books(world: World) -> None:
    """Never one outcome alone, and never more than `max_books`."""
    world.portfolio("a", min_liquidity=50000)
    world.portfolio("b", market_types=["sports"])
    world.context = replace(world.context, max_books=5)
    world.exchange.events = [
        event(
            deep(5),
            deep(1, accepting_orders=False),
            deep(2),
            deep(3, yes_token_id=None, no_token_id=None),
            deep(4),
            deep(6),
            deep(7, liquidity=D(40000)),
            deep(8, end_date=NOON),
        )
    ]
    world.filter(world.open_cycle())
    assert world.exchange.asked_books == ["y2", "n2", "y4", "n4"]


def test_without_a_portfolio_that_buys_no_books_are_fetched(world: World) -> None:
    world.filter(world.open_cycle())
    assert world.exchange.asked_books == []


def test_without_books_nothing_is_published(world: World) -> None:
    world.portfolio()
    world.exchange.fails = {"books"}
    with pytest.raises(ExchangeUnavailable, match="books"):
        world.filter(world.open_cycle())
    assert world.row("SELECT status FROM market_batches")["status"] == "failed"
    for table in ("market_snapshots", "market_prices", "market_hours", "cycle_portfolios"):
        assert world.rows(f"SELECT 1 FROM {table}") == []


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


def delisted_holding(world: World) -> int:
    """A batch whose listing lacks m1, which a portfolio holds that may have to sell it."""
    holder = world.portfolio("holder")
    world.portfolio("other", min_confidence=0.9)
    world.run_cycle()
    world.rows(
        "UPDATE portfolios SET strategy_type = %s WHERE portfolio_id = %s RETURNING 1",
        "mean_reversion",
        holder,
    )
    world.clock.pass_time(hours=1)
    world.exchange.unlisted = {MarketId("m1")}
    return world.filter(world.open_cycle()).batch_id


def test_a_held_market_that_is_no_longer_listed_is_seen_by_its_holder_alone(world: World) -> None:
    batch_id = delisted_holding(world)
    row = world.row("SELECT listed FROM market_snapshots WHERE batch_id = %s", batch_id)
    assert row["listed"] is False
    with world.context.database.transaction() as session:
        assert candidates.load(session, batch_id, Thresholds()) == []
        (seen,) = candidates.load(session, batch_id, Thresholds(), [MarketId("m1")])
    assert seen.features[168].observations == 1


def books_stored(world: World, batch_id: int) -> list[tuple[str, str, bool]]:
    stored = world.rows(
        "SELECT market_id, outcome, listed FROM order_books WHERE batch_id = %s ORDER BY 1, 2",
        batch_id,
    )
    return [(row["market_id"], row["outcome"], row["listed"]) for row in stored]


def test_what_only_a_holding_brought_in_changes_nothing_for_others(world: World) -> None:
    world.exchange.order_books = {"11": book("0.77", "0.78"), "12": book("0.22", "0.23")}
    batch_id = delisted_holding(world)
    assert world.row("SELECT count(*) AS hours FROM market_hours")["hours"] == 1
    assert books_stored(world, batch_id) == [("m1", "no", False), ("m1", "yes", False)]
    with world.context.database.transaction() as session:
        (seen,) = candidates.load(session, batch_id, Thresholds(), [MarketId("m1")])
    assert set(seen.books) == {Outcome.YES, Outcome.NO}


def test_books_of_what_is_held_are_stored_until_it_is_sold(world: World) -> None:
    """Listed or not, admitted or not, whatever the strategy, and beyond `max_books`."""
    world.exchange.order_books = {"11": book("0.77", "0.78"), "12": book("0.22", "0.23")}
    world.portfolio()
    world.run_cycle()
    world.context = replace(world.context, max_books=0)
    kept = [("m1", "no", False), ("m1", "yes", False)]
    world.clock.pass_time(hours=1)
    assert books_stored(world, world.filter(world.open_cycle()).batch_id) == kept
    world.exchange.show(liquidity=D(1), volume=D(1), accepting_orders=False)
    world.clock.pass_time(hours=1)
    assert books_stored(world, world.filter(world.open_cycle()).batch_id) == kept
    world.exchange.unlisted = {MarketId("m1")}
    world.clock.pass_time(hours=1)
    assert books_stored(world, world.filter(world.open_cycle()).batch_id) == kept
    world.exchange.show(closed=True, yes_price=D(1), no_price=D(0))
    world.clock.pass_time(minutes=5)
    world.update_prices()
    assert books_stored(world, world.filter(world.open_cycle()).batch_id) == []


def test_a_book_that_anothers_holding_brought_in_fills_no_buy(world: World) -> None:
    """Beyond `max_books` the market trades at its quote, whether or not it is held."""
    world.exchange.order_books = {"11": book("0.77", "0.775"), "12": book("0.225", "0.23")}
    world.portfolio("holder")
    world.run_cycle()
    newcomer = world.portfolio("newcomer")
    world.context = replace(world.context, max_books=0)
    world.clock.pass_time(hours=1)
    cycle_id = world.run_cycle()
    cycle = world.row("SELECT batch_id FROM trading_cycles WHERE cycle_id = %s", cycle_id)
    with world.context.database.transaction() as session:
        (candidate,) = candidates.load(session, cycle["batch_id"], Thresholds())
    assert candidate.books == {}
    trade = world.row("SELECT evidence FROM trades WHERE portfolio_id = %s", newcomer)
    assert trade["evidence"] == "quote"


def test_a_batch_says_what_it_was_asked_with_and_what_it_left_out(world: World) -> None:
    world.portfolio(min_liquidity=5000, min_volume=70000, min_hours_to_end=48)
    world.context = replace(world.context, max_books=3)
    world.exchange.events = [event(deep(1), deep(2), deep(3))]
    world.exchange.order_books = {"y1": book("0.77", "0.78")}
    batch_id = world.filter(world.open_cycle()).batch_id
    batch = world.row("SELECT * FROM market_batches WHERE batch_id = %s", batch_id)
    assert (batch["liquidity_min"], batch["volume_min"]) == (D(5000), D(70000))
    assert batch["end_date_min"] == NOON + timedelta(hours=48) - LATE_END
    assert (batch["max_books"], batch["books_beyond_max"], batch["unanswered_books"]) == (3, 4, 1)
    assert batch["counters"]["skipped"] == {"placeholder": 2}


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
