"""Cases that other simulators get wrong, each by its name."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.execution.turn import take_turn
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import Evidence, Offers, buy, highest_price
from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.usecases import cash, closing
from tests.api.client import Client, request
from tests.builders import account, event, order, rules
from tests.sequences.killing import killer_installed
from tests.world import World, several

# A buy of $100 at 0.78 holds 128.20 shares.


def close(world: World, portfolio_id: PortfolioId, shares: D | None = None) -> None:
    (row,) = world.rows("SELECT id FROM portfolio_positions WHERE status = 'open'")
    with world.context.database.transaction() as session:
        closing.close_position(session, portfolio_id, row["id"], shares, world.hand_order())


def test_a_retried_order_fills_once(database_url: str) -> None:
    """Whether it died at any statement, or only its answer was lost."""
    with killer_installed() as killer:
        world = World(database_url)
        portfolio_id = world.portfolio()
        cycle_id = world.open_cycle()
        world.filter(cycle_id)
        world.signal(cycle_id, portfolio_id)
        statement = 0
        while killer.kills(lambda: world.execute(cycle_id, portfolio_id), statement):
            assert world.state(portfolio_id).trade_count == 0
            statement += 1
        again = world.execute(cycle_id, portfolio_id)
        assert (again.trades, again.rejected) == (1, 0)
        state = world.state(portfolio_id)
        assert (state.trade_count, state.current_balance) == (1, D("9900.00"))
        assert world.breaks() == []
        world.disconnect()
    assert statement >= 9


def test_a_void_market_does_not_block_the_payout_of_the_next_winner(world: World) -> None:
    world.exchange.events = [event(*several(2))]
    portfolio_id = world.bought()
    world.clock.pass_time(minutes=5)
    void, winner = several(2, closed=True, yes_price=D(1), no_price=D(0))
    world.exchange.events = [event(replace(void, yes_price=None, no_price=None), winner)]
    result = world.update_prices()
    assert (result.settled, result.flagged, result.positions) == (1, 1, 1)
    assert world.state(portfolio_id).current_balance == D("9928.20")
    assert world.breaks() == []


def test_a_position_stays_when_its_market_is_bought_again_after_a_close(world: World) -> None:
    portfolio_id = world.bought()
    close(world, portfolio_id)
    world.clock.pass_time(hours=1)
    world.run_cycle()
    rows = world.rows("SELECT status, realized_pnl FROM portfolio_positions ORDER BY id")
    # 128.20 × 0.77 = 98.714 → 98.71
    assert [row["status"] for row in rows] == ["closed", "open"]
    assert [row["realized_pnl"] for row in rows] == [D("-1.29"), D(0)]
    state = world.state(portfolio_id)
    assert (state.trade_count, state.realized_pnl) == (2, D("-1.29"))
    assert world.breaks() == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"quote": None, "yes_price": None, "no_price": None}, id="no price at all"),
        pytest.param({"quote": Quote(D(0), D(1))}, id="empty book"),
        pytest.param({"quote": None, "yes_price": D(0), "no_price": D(0)}, id="zero prices"),
    ],
)
def test_a_mark_stays_when_one_price_call_fails(world: World, answer: dict[str, Any]) -> None:
    portfolio_id = world.bought()
    before = world.state(portfolio_id).total_value
    world.clock.pass_time(minutes=5)
    world.exchange.show(**answer)
    assert world.update_prices().exited == 0
    assert world.row("SELECT mark, mark_stale FROM market_prices") == {
        "mark": D("0.775"), "mark_stale": True,
    }  # fmt: skip
    assert world.state(portfolio_id).total_value == before
    assert world.breaks() == []


def test_a_stop_loss_on_no_fires_when_yes_rises_and_not_when_it_falls(world: World) -> None:
    world.exchange.show(
        yes_price=D("0.225"), no_price=D("0.775"), one_day_price_change=D("-0.01"),
        quote=Quote(D("0.22"), D("0.23")),
    )  # fmt: skip
    portfolio_id = world.bought(stop_loss_percentage=0.15)
    assert world.row("SELECT action FROM trades") == {"action": "buy_no"}
    assert world.reprice("0.10", "0.11").exited == 0
    assert world.reprice("0.35", "0.36").exited == 1
    assert world.row("SELECT kind FROM position_exits") == {"kind": "stop_loss"}
    assert world.state(portfolio_id).realized_pnl < 0


def test_slippage_never_helps(world: World) -> None:
    """Deeper levels cost more: the fill is dearer than the best ask, and never above its limit."""
    asks = tuple(Level(D(price), D(50)) for price in ("0.78", "0.79", "0.80", "0.81"))
    world.exchange.order_books = {"11": OrderBook((Level(D("0.77"), D(500)),), asks)}
    world.bought(max_depth_share=1)
    trade = world.row("SELECT shares, amount, entry_price, evidence FROM trades")
    # 50 × 0.78 + 50 × 0.79 = 78.50; the rest of $100 buys 26.87 at 0.80 for 21.496
    assert trade == {
        "shares": D("126.87"), "amount": D("100.00"), "entry_price": D("0.788177"),
        "evidence": "book",
    }  # fmt: skip
    limit = highest_price(D("0.78"), D("0.02"))
    far = Offers(Evidence.BOOK, (Level(D("0.81"), D(500)),))
    assert buy(D(100), far, limit, FeeSchedule()) is None


def test_ten_orders_together_fill_no_more_than_the_book_held() -> None:
    """Of one portfolio: it meets each book once a cycle. Others meet their own (ADR 11)."""
    held = Offers(Evidence.BOOK, (Level(D("0.50"), D(120)),))
    orders = [order(signal_id=place, available=held, budget=D(25)) for place in range(10)]
    turn = take_turn(orders, account(), rules())
    assert sum(bought.fill.shares for bought in turn.fills) <= 120
    assert len(turn.fills) + len(turn.rejections) == 10


def test_ten_sales_together_bring_no_more_than_the_shares_held(world: World) -> None:
    portfolio_id = world.bought()
    for _ in range(9):
        close(world, portfolio_id, D("12.83"))
    with pytest.raises(InvalidRequest, match=r"at most the 12\.73 held"):
        close(world, portfolio_id, D("12.83"))
    close(world, portfolio_id)
    sold = world.row("SELECT sum(shares) AS shares FROM position_exits")
    assert sold == {"shares": D("128.20")}
    assert world.breaks() == []


def test_fees_are_paid_on_both_sides(world: World) -> None:
    world.exchange.show(fee=FeeSchedule(D("0.04")))
    portfolio_id = world.bought()
    close(world, portfolio_id)
    # 127.07 shares: in 0.87221 → 0.88 at 0.78; out 127.07 × 0.04 × 0.77 × 0.23 = 0.90016 → 0.91
    assert world.row("SELECT fee FROM trades") == {"fee": D("0.88")}
    exit_ = world.row("SELECT proceeds, fee, realized_pnl FROM position_exits")
    # 127.07 × 0.77 = 97.8439 → 97.84; 97.84 − 0.91 − 100.00
    assert exit_ == {"proceeds": D("97.84"), "fee": D("0.91"), "realized_pnl": D("-3.07")}
    assert world.state(portfolio_id).current_balance == D("9996.93")


NO_AMOUNTS = ["NaN", "sNaN", "-NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("number", NO_AMOUNTS)
def test_nan_and_infinity_are_no_amounts_of_cash_and_no_shares(world: World, number: str) -> None:
    portfolio_id = world.bought()
    other = world.portfolio("other")
    before = world.everything()
    wanted = Transfer(from_id=portfolio_id, to_id=other, amount=D(number), key="k", reason=None)
    with world.context.database.transaction() as session:
        for move in (cash.deposit, cash.withdraw):
            with pytest.raises(InvalidRequest, match="amount: "):
                move(session, portfolio_id, D(number), "k", world.clock.now)
        with pytest.raises(InvalidRequest, match="amount: "):
            cash.transfer(session, wanted, world.clock.now)
    with pytest.raises(InvalidRequest, match="shares: "):
        close(world, portfolio_id, D(number))
    assert world.everything() == before


@pytest.mark.parametrize("number", NO_AMOUNTS)
def test_nan_and_infinity_are_in_no_configuration(number: str) -> None:
    """Of no strategy and in no key that takes a number."""
    for name, strategy in registry.STRATEGIES.items():
        for key, field in strategy.configuration.model_fields.items():
            if "Decimal" in str(field.annotation):
                with pytest.raises(InvalidRequest, match=rf"strategy_config\.{key}: "):
                    registry.configuration(name, {key: number})
    assert "Decimal" in str(StrategyConfiguration.model_fields["trade_amount"].annotation)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", '"NaN"', '"Infinity"'])
@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/portfolios/create", '{"name": "n", "initial_balance": %s}'),
        ("PATCH", "/portfolios/1", '{"max_position_size": %s}'),
        ("POST", "/portfolios/1/deposit", '{"amount": %s, "reason": "r"}'),
        ("POST", "/portfolios/1/withdraw", '{"amount": %s, "reason": "r"}'),
        ("POST", "/portfolios/1/positions/1/close", '{"shares": %s, "reason": "r"}'),
        (
            "POST", "/portfolios/transfer",
            '{"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": %s, "reason": "r"}',
        ),
    ],
)  # fmt: skip
def test_nan_and_infinity_are_refused_by_every_route_that_takes_an_amount(
    method: str, target: str, body: str, number: str
) -> None:
    offline = Client(World("postgresql://nobody@127.0.0.1:1/none"))
    assert offline.send(request(method, target, body % number)).status in (400, 422)
