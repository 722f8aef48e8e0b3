"""Fills and rejections, written in one transaction and once."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from prescient.core.errors import ClaimLost, PortfolioNotFound
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioId
from prescient.store import cycles
from tests.builders import event
from tests.world import World, several

BOOK = OrderBook((Level(D("0.77"), D(500)),), (Level(D("0.78"), D(500)),))


def decided(world: World, portfolio_id: PortfolioId) -> int:
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.signal(cycle_id, portfolio_id)
    return cycle_id


def decided_late(world: World) -> tuple[int, PortfolioId]:
    """The cycle and its one portfolio, which has decided an hour after another one bought."""
    world.portfolio("holder")
    world.run_cycle()
    late = world.portfolio("late")
    world.clock.pass_time(hours=1)
    cycle_id = world.open_cycle(portfolio_ids=[late])
    world.filter(cycle_id)
    world.signal(cycle_id, late)
    return cycle_id, late


def test_a_fill_from_quote_to_equity(world: World) -> None:
    """The worked trade of docs/accounting.md."""
    world.exchange.show(fee=FeeSchedule(D("0.04")))
    portfolio_id = world.portfolio(stop_loss_percentage=0.15, take_profit_percentage=0.25)
    cycle_id = decided(world, portfolio_id)
    result = world.execute(cycle_id, portfolio_id)
    assert (result.trades, result.rejected) == (1, 0)

    trade = world.row("SELECT * FROM trades")
    # 127.07 × 0.78 = 99.1146 → 99.12; 127.07 × 0.04 × 0.78 × 0.22 = 0.87221 → 0.88
    assert (trade["shares"], trade["amount"], trade["fee"]) == (D("127.07"), D("99.12"), D("0.88"))
    assert (trade["entry_price"], trade["evidence"]) == (D("0.78"), "quote")

    position = world.row("SELECT * FROM portfolio_positions")
    assert (position["cost_basis"], position["entry_bid"]) == (D("100.00"), D("0.77"))
    # stop: 0.77 − 0.78 × 0.15; profit: 0.78 × 1.25
    assert (position["stop_loss_bid"], position["take_profit_bid"]) == (D("0.653"), D("0.975"))

    state = world.state(portfolio_id)
    # value 127.07 × 0.775 = 98.47925 → 98.48
    assert (state.current_balance, state.total_invested) == (D("9900.00"), D("100.00"))
    assert (state.unrealized_pnl, state.total_value) == (D("-1.52"), D("9998.48"))
    assert (state.trade_count, state.open_positions) == (1, 1)
    ledger = world.row("SELECT kind, amount, balance_after FROM cash_ledger")
    assert ledger == {"kind": "buy", "amount": D("-100.00"), "balance_after": D("9900.00")}
    assert world.row("SELECT cost_basis FROM market_exposure") == {"cost_basis": D("100.00")}
    assert world.row("SELECT cost_basis FROM capital_in_use") == {"cost_basis": D("100.00")}
    assert world.breaks() == []


def test_a_fill_records_how_old_its_quote_was_and_when_the_portfolio_last_traded(
    world: World,
) -> None:
    """The quote was fetched ninety seconds before the filter ended; execution waits another ten."""
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.rows(
        "UPDATE trading_cycles SET decided_at = decided_at + interval '90 s' RETURNING cycle_id"
    )
    world.signal(cycle_id, portfolio_id)
    world.clock.pass_time(seconds=100)
    world.execute(cycle_id, portfolio_id)
    assert world.row("SELECT quote_delay_seconds FROM trades")["quote_delay_seconds"] == 100
    assert world.state(portfolio_id).last_trade_at == world.clock.now


def test_the_delay_of_a_fill_from_a_book_is_that_of_the_book(world: World) -> None:
    """The book was fetched two minutes after the listing, and execution waits another three."""
    world.exchange.order_books = {"11": BOOK}
    portfolio_id = world.portfolio()
    cycle_id = decided(world, portfolio_id)
    world.rows("UPDATE order_books SET fetched_at = fetched_at + interval '2 min' RETURNING 1")
    world.clock.pass_time(minutes=5)
    world.execute(cycle_id, portfolio_id)
    assert world.row("SELECT evidence, quote_delay_seconds FROM trades") == {
        "evidence": "book", "quote_delay_seconds": 180,
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "trades"), [(900, 1), (901, 0)])
def test_a_quote_that_grew_old_since_filter_fills_nothing(
    world: World, seconds: int, trades: int
) -> None:
    """The claim is fresh: its `signal` came as late as its `execute`."""
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.clock.pass_time(seconds=seconds)
    world.signal(cycle_id, portfolio_id)
    assert world.execute(cycle_id, portfolio_id).trades == trades
    rejection = world.row("SELECT rejection FROM trading_signals")["rejection"]
    assert rejection == (None if trades else "stale_quote")


def test_hours_after_filter_neither_a_buy_nor_a_sale_fills(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.clock.pass_time(hours=3)
    world.signal(cycle_id, portfolio_id)
    result = world.execute(cycle_id, portfolio_id)
    assert (result.trades, result.rejected) == (0, 1)
    assert world.row("SELECT rejections FROM cycle_portfolios")["rejections"] == {"stale_quote": 1}


def test_a_claim_whose_lease_has_run_out_executes_nothing(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = decided(world, portfolio_id)
    world.clock.now += cycles.LEASE
    before = world.everything()
    with pytest.raises(ClaimLost, match="its lease ran out"):
        world.execute(cycle_id, portfolio_id)
    assert world.everything() == before


def test_what_executed_within_its_lease_is_answered_after_it(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = decided(world, portfolio_id)
    first = world.execute(cycle_id, portfolio_id)
    world.clock.pass_time(hours=1)
    assert world.execute(cycle_id, portfolio_id) == first


@pytest.mark.parametrize(("minutes", "rejection"), [(9, None), (10, "market_ended")])
def test_a_market_that_has_ended_by_now_is_not_bought(
    world: World, minutes: int, rejection: str | None
) -> None:
    """Its event ends days later: the market's own end counts."""
    world.exchange.show(end_date=world.clock.now + timedelta(minutes=10))
    portfolio_id = world.portfolio(min_hours_to_end=0)
    cycle_id = decided(world, portfolio_id)
    world.clock.pass_time(minutes=minutes)
    world.execute(cycle_id, portfolio_id)
    assert world.row("SELECT rejection FROM trading_signals")["rejection"] == rejection


def test_a_market_that_ended_between_listing_and_decision_gives_no_signal(world: World) -> None:
    world.exchange.show(end_date=world.clock.now + timedelta(minutes=1))
    world.exchange.order_books = {"11": BOOK}
    world.exchange.while_fetching_books = lambda: world.clock.pass_time(minutes=2)
    portfolio_id = world.portfolio(min_hours_to_end=0)
    decided(world, portfolio_id)
    assert world.rows("SELECT 1 FROM trading_signals") == []
    funnel = world.row("SELECT funnel FROM cycle_portfolios")["funnel"]
    assert (funnel["spread"], funnel["time_to_end"]) == (1, 0)


def test_a_second_run_changes_nothing(world: World) -> None:
    world.exchange.events = [event(*several(3))]
    portfolio_id = world.portfolio(balance="150")
    cycle_id = decided(world, portfolio_id)
    first = world.execute(cycle_id, portfolio_id)
    assert (first.trades, first.rejected) == (1, 2)  # two for the same reason
    before = world.everything()
    world.clock.pass_time(minutes=1)
    assert world.execute(cycle_id, portfolio_id) == first
    assert world.everything() == before


def test_a_rejection_is_a_result_with_its_reason(world: World) -> None:
    """Each signal alone was affordable; together they are not."""
    world.exchange.events = [event(*several(2))]
    portfolio_id = world.portfolio(balance="150")
    cycle_id = decided(world, portfolio_id)
    result = world.execute(cycle_id, portfolio_id)
    assert (result.trades, result.rejected) == (1, 1)
    signal = world.row("SELECT executed, rejection FROM trading_signals WHERE NOT executed")
    assert signal == {"executed": False, "rejection": "insufficient_balance"}
    assert world.row("SELECT rejections FROM cycle_portfolios")["rejections"] == {
        "insufficient_balance": 1
    }
    assert world.state(portfolio_id).open_positions == 1


def test_a_trade_never_asks_for_more_than_the_free_cash(world: World) -> None:
    portfolio_id = world.portfolio(balance="50")
    world.run_cycle()
    assert world.row("SELECT amount FROM trading_signals") == {"amount": D("50.00")}
    state = world.state(portfolio_id)
    assert (state.trade_count, state.current_balance) == (1, D("0.00"))


def test_max_positions_and_exposure_hold_across_cycles(world: World) -> None:
    world.exchange.events = [event(*several(5))]
    portfolio_id = world.portfolio(limits=Limits(None, D(250), 3))
    world.run_cycle()
    assert world.row("SELECT rejections FROM cycle_portfolios")["rejections"] == {
        "max_total_exposure": 1
    }
    world.clock.pass_time(hours=1)
    world.run_cycle()
    state = world.state(portfolio_id)
    assert (state.open_positions, state.total_invested) == (3, D("250.00"))


def test_a_limit_tightened_after_the_decision_binds(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = decided(world, portfolio_id)
    world.rows("UPDATE portfolios SET max_position_size = 50 RETURNING 1")
    world.execute(cycle_id, portfolio_id)
    assert world.row("SELECT rejection FROM trading_signals")["rejection"] == "max_position_size"


def test_a_portfolio_paused_after_the_decision_opens_nothing(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = decided(world, portfolio_id)
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    world.execute(cycle_id, portfolio_id)
    assert world.row("SELECT rejection FROM trading_signals")["rejection"] == "portfolio_not_active"


def test_a_market_that_a_newer_batch_shows_closed_is_refused(world: World) -> None:
    cycle_id, late = decided_late(world)
    world.reprice("0.77", "0.78", closed=True)
    world.execute(cycle_id, late)
    assert world.row("SELECT rejection FROM trading_signals WHERE portfolio_id = %s", late) == {
        "rejection": "market_closed"
    }
    held = world.rows("SELECT portfolio_id FROM portfolio_positions WHERE status = 'open'")
    assert [row["portfolio_id"] for row in held] == [late - 1]


def test_a_fill_is_at_the_batch_of_the_decision_whatever_came_since(world: World) -> None:
    cycle_id, late = decided_late(world)
    world.reprice("0.76", "0.77")
    world.execute(cycle_id, late)
    bought = "SELECT entry_price, shares FROM portfolio_positions WHERE portfolio_id = %s"
    assert world.row(bought, late) == {"entry_price": D("0.780000"), "shares": D("128.20")}
    # Worth 128.20 × 0.765 = 98.073 at the newer mark.
    assert world.state(late).total_profit_loss == D("-1.93")
    assert world.breaks() == []


def test_a_thin_quote_fills_partly(world: World) -> None:
    world.exchange.show(liquidity=D(10000), quote=Quote(D("0.77"), D("0.78")))
    portfolio_id = world.portfolio(trade_amount=500)
    cycle_id = decided(world, portfolio_id)
    world.execute(cycle_id, portfolio_id)
    # one percent of the liquidity is $100: 128.20 shares at 0.78
    trade = world.row("SELECT shares, amount FROM trades")
    assert trade == {"shares": D("128.20"), "amount": D("100.00")}


def test_global_caps_bind_over_portfolios(database_url: str) -> None:
    world = World(database_url, GlobalLimits(max_market_exposure=D(150)))
    first, second = world.portfolio("a"), world.portfolio("b")
    world.run_cycle()
    assert world.state(first).open_positions == 1
    assert world.state(second).open_positions == 0
    rejections = world.rows("SELECT rejection FROM trading_signals WHERE NOT executed")
    assert rejections == [{"rejection": "market_exposure_cap"}]
    world.disconnect()


def test_portfolios_are_isolated(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b", min_liquidity=10**6)
    world.run_cycle()
    assert (world.state(first).trade_count, world.state(second).trade_count) == (1, 0)
    untouched = world.state(second)
    assert (untouched.current_balance, untouched.total_value) == (D(10000), D(10000))


def test_an_unclaimed_portfolio_cannot_execute(world: World) -> None:
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    with pytest.raises(ClaimLost, match="it is pending"):
        world.execute(cycle_id, portfolio_id)


def test_one_that_the_cycle_never_enrolled_is_told_from_one_that_does_not_exist(
    world: World,
) -> None:
    world.portfolio("a")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    later = world.portfolio("b")
    with pytest.raises(ClaimLost, match=f"portfolio {later} is not part of cycle {cycle_id}"):
        world.execute(cycle_id, later)
    with pytest.raises(PortfolioNotFound, match="portfolio_id: no portfolio 99 exists"):
        world.execute(cycle_id, PortfolioId(99))
