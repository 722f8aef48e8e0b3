"""Stops and take-profits at a price update: when they sell, and what into."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.portfolio.portfolios import PortfolioId
from tests.builders import event
from tests.world import World, several

# A buy of $100 at 0.78 holds 128.20 shares; the marks below are 128.20 × price.


def buys_again_after_a_day(world: World, portfolio_id: PortfolioId) -> None:
    """At the price of the first purchase, and not an hour sooner."""
    world.reprice("0.77", "0.78")
    world.clock.pass_time(hours=23)
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 0
    world.clock.pass_time(hours=1)
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 1


def test_stop_loss_sells_at_the_bid_and_cools_the_market(world: World) -> None:
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    # the stop is at 0.77 − 0.78 × 0.15 = 0.653
    assert world.reprice("0.654", "0.664").exited == 0
    assert world.reprice("0.65", "0.66").exited == 1
    state = world.state(portfolio_id)
    assert (state.current_balance, state.realized_pnl) == (D("9983.33"), D("-16.67"))
    buys_again_after_a_day(world, portfolio_id)
    assert world.breaks() == []


def test_take_profit_sells_when_the_bid_reaches_it_and_cools_the_market(world: World) -> None:
    portfolio_id = world.bought(take_profit_percentage=0.1)
    assert world.reprice("0.857", "0.867").exited == 0
    assert world.reprice("0.858", "0.868").exited == 1
    assert world.state(portfolio_id).current_balance == D("10009.99")
    buys_again_after_a_day(world, portfolio_id)


def test_a_take_profit_above_099_waits_for_a_profit(world: World) -> None:
    """Its trigger was 0.99, below the entry: it sold at a loss and bought again, for ever."""
    world.exchange.show(
        quote=Quote(D("0.993"), D("0.994")), yes_price=D("0.9935"), no_price=D("0.0065"),
        tick_size=D("0.001"),
    )  # fmt: skip
    world.bought(take_profit_percentage=0.1, max_conviction=1)
    # $100 buy 100.60 shares: 100.60 × 0.994 = 99.9964
    position = world.row("SELECT shares, entry_price, take_profit_bid FROM portfolio_positions")
    assert position == {
        "shares": D("100.60"), "entry_price": D("0.994"), "take_profit_bid": D("0.995"),
    }  # fmt: skip
    assert world.reprice("0.994", "0.995").exited == 0
    assert world.reprice("0.995", "0.996").exited == 1
    # 100.60 × 0.995 = 100.097, less the 100.00 that they cost
    assert world.row("SELECT realized_pnl FROM position_exits") == {"realized_pnl": D("0.09")}
    assert world.breaks() == []


def test_a_quote_that_the_mark_does_not_trust_stops_nothing_out(world: World) -> None:
    """11,538.46 shares once went at a stub bid of 0.01 while the mark stood at 0.775."""
    world.exchange.show(liquidity=D(1_000_000))
    portfolio_id = world.bought(trade_amount=9000, stop_loss_percentage=0.15)
    assert world.row("SELECT shares FROM portfolio_positions") == {"shares": D("11538.46")}
    result = world.reprice("0.01", "0.99", yes_price=D("0.775"), no_price=D("0.225"))
    assert (result.exited, result.stale_marks) == (0, 1)
    assert world.row("SELECT mark FROM market_prices") == {"mark": D("0.775")}
    assert world.state(portfolio_id).open_positions == 1
    assert world.reprice("0.65", "0.66").exited == 1
    assert world.row("SELECT price FROM position_exits") == {"price": D("0.65")}


SOLD = "SELECT shares, price, proceeds, realized_pnl, evidence FROM position_exits ORDER BY id"


def test_a_stop_walks_the_book_and_goes_on_at_the_next_update(world: World) -> None:
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    world.exchange.asked_books = []
    world.reprice("0.70", "0.71")
    assert world.exchange.asked_books == [], "nothing is due"
    asks = (Level(D("0.66"), D(500)),)
    bids = (
        Level(D("0.65"), D("40.555")),
        Level(D("0.60"), D(50)),
        Level(D("0.01"), D(1_000_000)),
    )
    world.exchange.order_books = {"11": OrderBook(bids, asks)}
    assert world.reprice("0.65", "0.66").exited == 1
    assert world.exchange.asked_books == ["11"]
    # 40.55 × 0.65 + 50 × 0.60 = 56.3575; of the $100.00 for 128.20 shares, 90.55 take 70.6318…
    (first,) = world.rows(SOLD)
    assert (first["shares"], first["proceeds"]) == (D("90.55"), D("56.35"))
    assert (first["realized_pnl"], first["evidence"]) == (D("-14.28"), "book")
    assert world.state(portfolio_id).open_positions == 1
    world.exchange.order_books = {"11": OrderBook((Level(D("0.64"), D(500)),), asks)}
    world.reprice("0.64", "0.66")
    # the other 37.65 × 0.64 = 24.096, less 100.00 − 70.63
    assert world.rows(SOLD)[1]["realized_pnl"] == D("-5.28")
    assert world.state(portfolio_id).current_balance == D("9980.44")
    stored = world.rows(
        "SELECT outcome FROM order_books JOIN market_batches USING (batch_id)"
        " WHERE kind = 'price_update'"
    )
    assert stored == [{"outcome": "yes"}] * 2
    assert world.breaks() == []


def test_an_exit_does_not_walk_a_book_that_the_listed_quote_contradicts(world: World) -> None:
    """A book of 0.10/0.11 beside a quote of 0.60/0.62: the stop takes the quote's bid."""
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    stub = OrderBook((Level(D("0.10"), D(500)),), (Level(D("0.11"), D(500)),))
    world.exchange.order_books = {"11": stub}
    assert world.reprice("0.60", "0.62").exited == 1
    (sold,) = world.rows("SELECT price, evidence FROM position_exits")
    assert sold == {"price": D("0.60"), "evidence": "quote"}
    newest = "SELECT counters FROM market_batches ORDER BY batch_id DESC LIMIT 1"
    assert world.row(newest)["counters"]["skipped"]["contradicted_book"] == 1
    assert world.state(portfolio_id).open_positions == 0


@pytest.mark.parametrize("fails", [set(), {"books"}])
def test_without_a_book_a_stop_takes_one_percent_of_the_liquidity(
    world: World, fails: set[str]
) -> None:
    """The exchange has no book of the token, or its CLOB does not answer."""
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    world.exchange.fails = fails
    world.reprice("0.60", "0.62", liquidity=D(5000))
    world.reprice("0.60", "0.62")
    # $50 at 0.60: 83.33 of 128.20 shares, 49.998 less 65.00; then the other 44.87, 26.922 less 35
    assert [(row["shares"], row["realized_pnl"], row["evidence"]) for row in world.rows(SOLD)] == [
        (D("83.33"), D("-15.01"), "quote"),
        (D("44.87"), D("-8.08"), "quote"),
    ]
    state = world.state(portfolio_id)
    assert (state.open_positions, state.current_balance) == (0, D("9976.91"))
    assert world.breaks() == []


def test_a_market_that_an_update_does_not_see_sells_nothing(world: World) -> None:
    """A stop once fired at a bid that was two days old, of a market that was listed no more."""
    world.exchange.events = [event(*several(2))]
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    (shown,) = world.exchange.events
    first, second = shown.markets
    fallen = replace(first, quote=Quote(D("0.60"), D("0.61")))
    world.exchange.events = [replace(shown, markets=(fallen, second))]
    world.clock.pass_time(minutes=5)
    world.filter(world.open_cycle())
    world.exchange.events = [replace(shown, markets=(second,))]
    world.clock.pass_time(days=2)
    result = world.update_prices()
    assert (result.exited, result.flagged, world.state(portfolio_id).open_positions) == (0, 1, 2)
    world.exchange.events = [replace(shown, markets=(fallen, second))]
    world.clock.pass_time(minutes=5)
    assert world.update_prices().exited == 1


def test_a_resolution_pays_before_a_stop(world: World) -> None:
    world.bought(stop_loss_percentage=0.15)
    world.reprice("0.01", "0.02", closed=True, yes_price=D(1), no_price=D(0))
    assert world.row("SELECT kind FROM position_exits") == {"kind": "settlement"}
