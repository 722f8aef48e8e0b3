"""The books that a cycle's fetch stores: of which markets, which are believed, who sees them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.listed import Market
from prescient.core.market.markets import MarketId, Outcome
from prescient.store import candidates
from prescient.usecases.support.market_needs import LATE_END
from tests.builders import NOON, event, market
from tests.world import World


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
