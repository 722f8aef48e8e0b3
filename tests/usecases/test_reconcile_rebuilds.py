"""Each number that a read shows is rebuilt: altered by hand, it is named."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import LiteralString

import pytest

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.money import LARGEST_BALANCE
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import cash, portfolio_management, reconcile
from prescient.usecases.portfolio_management import PortfolioChange
from tests.usecases.traded import Altered, trade
from tests.world import World


@pytest.fixture(scope="module")
def traded(shared_database_url: str) -> Iterator[World]:
    """What no test of this module changes for good."""
    with World(shared_database_url) as world:
        trade(world)
        yield world


@pytest.fixture
def own(world: World) -> World:
    """As `traded`, for the test alone."""
    trade(world)
    return world


OF_TRADES = [
    ("fee = fee + 0.01, amount = amount - 0.01", "6: amount of a buy"),
    ("fee = fee + 0.01", "6: fee of a buy"),
    ("amount = amount + 0.01", "6: amount of a buy"),
    ("entry_price = entry_price + 0.001", "6: entry price"),
    ("entry_price = entry_price + 0.000001", "6: entry price"),
    ("shares = shares + 1", "6: amount of a buy"),
    ("target_price = target_price + 0.01", "6: a trade's target price"),
    ("confidence = 0.1234", "6: a trade's target price and confidence"),
    ("timestamp = timestamp + interval '1 hour'", "6: last_trade_at"),
]
OF_POSITIONS = [
    ("amount = amount + 0.01", "6: a position's amount"),
    ("fee = fee + 0.01", "6: a position's fee"),
    ("entry_price = entry_price + 0.001", "6: a position's entry_price"),
    ("evidence = 'mid'", "6: a position's evidence"),
    ("entry_bid = entry_bid - 0.001", "6: bid at entry"),
    ("stop_loss_bid = stop_loss_bid + 0.001", "6: stop_loss_bid"),
    ("stop_loss_bid = NULL", "6: stop_loss_bid"),
    ("take_profit_bid = take_profit_bid - 0.001", "6: take_profit_bid"),
    ("exit_price = exit_price + 0.001", "6: a position's exit price"),
]
OF_EXITS = [
    ("price = price + 0.001", "6: exit price"),
    ("fee = fee + 0.01, realized_pnl = realized_pnl - 0.01", "6: fee of an exit"),
    ("proceeds = proceeds - 1, realized_pnl = realized_pnl - 1", "6: proceeds of an exit"),
    (
        "cost_basis = cost_basis - 1, realized_pnl = realized_pnl + 1",
        "6: cost basis of an exit",
    ),
    ("shares = shares - 1", "3: shares = bought − exits"),
]
OF_HISTORY = [
    (f"{column} = {column} + {by}", f"6: {name} of history")
    for column, name, by in [
        ("balance", "balance", "-0.01"),
        ("total_invested", "total_invested", "0.01"),
        ("total_profit_loss", "total_profit_loss", "0.01"),
        ("total_value", "equity", "0.01"),
        ("open_positions", "open_positions", "1"),
        ("trade_count", "trade_count", "1"),
    ]
]
OF_EQUITY = [
    (f"{column} = {column} + {by}", f"6: {column} of equity point")
    for column, by in [
        ("balance", "0.01"),
        ("total_invested", "0.01"),
        ("total_profit_loss", "0.01"),
        ("equity", "0.01"),
        ("equity_at_bid", "0.01"),
        ("open_positions", "1"),
    ]
]
OF_EQUITY += [
    ("entry_no = entry_no + 100 WHERE entry_no > 0", "6: entry_no of equity point"),
    ("flow = flow + 0.01", "6: flow of equity points"),
]
OF_HISTORY += [
    ("timestamp = timestamp - interval '5 minutes'", "6: history = the last equity point"),
    (
        "snapshot_date = snapshot_date + portfolio_id * 3 WHERE snapshot_date > '2026-03-01'",
        "6: history has every day",
    ),
]
OF_PORTFOLIOS = [
    ("closed_positions = closed_positions + 1", "6: closed_positions"),
    ("closed_pnl = closed_pnl + 1", "6: closed_pnl"),
    ("current_run = current_run + 1", "6: current_run"),
    ("max_consecutive_wins = max_consecutive_wins + 1", "6: max_consecutive_wins"),
    ("max_consecutive_losses = max_consecutive_losses + 1", "6: max_consecutive_losses"),
    ("last_trade_at = last_trade_at - interval '1 hour'", "6: last_trade_at"),
]
OF_CYCLES = [
    ("equity = equity + 0.01", "6: equity of cycle"),
    ("trades = trades + 1", "6: trades of a cycle"),
    ("signals = signals + 1", "6: signals of a cycle"),
    ("""rejections = '{"no_quote": 1}'""", "6: rejections of a cycle"),
]
OF_THE_LOG = [
    ("amount = amount + 1", "5: the log and the ledger have the same transfers"),
    ("to_portfolio_id = from_portfolio_id", "5: the log and the ledger"),
]
ALTERATIONS = [
    *(("trades", *altered) for altered in OF_TRADES),
    *(("portfolio_positions", *altered) for altered in OF_POSITIONS),
    *(("position_exits", *altered) for altered in OF_EXITS),
    *(("portfolio_history", *altered) for altered in OF_HISTORY),
    *(("portfolio_equity", *altered) for altered in OF_EQUITY),
    *(("portfolios", *altered) for altered in OF_PORTFOLIOS),
    *(("cycle_portfolios", *altered) for altered in OF_CYCLES),
    *(("portfolio_rebalancing_log", *altered) for altered in OF_THE_LOG),
]


@pytest.mark.parametrize(("table", "change", "rule"), ALTERATIONS)
def test_a_number_altered_by_hand_is_named(
    traded: World, table: LiteralString, change: LiteralString, rule: str
) -> None:
    database = Altered(traded.database_url, f"UPDATE {table} SET {change}")
    found = reconcile.run(database).breaks
    assert any(broken.rule.startswith(rule) for broken in found), found


def test_what_the_tape_no_longer_has_is_counted(own: World) -> None:
    """A deleted batch leaves neither a break nor silence."""
    own.rows("DELETE FROM order_books RETURNING 1")
    own.rows("DELETE FROM market_snapshots RETURNING 1")
    found = reconcile.run(own.context.database)
    assert found.breaks == []
    assert {(note.rule, note.reason, note.rows) for note in found.notes} == {
        ("6: entry price = what its batch offered", "its tape is gone", 2),
        ("6: exit price = what was bid", "its tape is gone", 1),
        ("6: equity point at the marks of then", "its tape is gone", 7),
        ("6: history at the marks of then", "its tape is gone", 1),
        ("6: cycle at the marks of then", "its tape is gone", 2),
    }


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("portfolio_equity", "6: total_profit_loss and equity of equity point"),
        ("portfolio_history", "6: total_profit_loss and equity of history"),
    ],
)
def test_profit_and_equity_add_up_even_where_the_tape_is_gone(
    own: World, table: str, rule: str
) -> None:
    own.rows("DELETE FROM market_snapshots RETURNING 1")
    own.rows(f"UPDATE {table} SET total_profit_loss = total_profit_loss + 0.01 RETURNING 1")
    assert any(broken.rule.startswith(rule) for broken in own.breaks()), own.breaks()


def test_a_fee_schedule_that_changed_is_counted(own: World) -> None:
    own.rows("UPDATE markets SET fee_rate = 0.05 RETURNING 1")
    found = reconcile.run(own.context.database)
    assert found.breaks == []
    assert {(note.rule, note.rows) for note in found.notes} == {
        ("6: fee of a buy", 2),
        ("6: fee of an exit", 2),
    }


def test_transactions_of_one_moment_may_commit_in_any_order(world: World) -> None:
    """The clock stands still: times do not say which of these came first."""
    world.portfolio(stop_loss_percentage=None)
    world.run_cycle()
    world.update_prices()
    world.exchange.show(quote=Quote(D("0.79"), D("0.80")))
    world.run_cycle()
    world.clock.pass_time(seconds=1)
    world.update_prices()
    with world.context.database.transaction() as session:
        cash.deposit(session, PortfolioId(1), D(5), "key", world.clock.now - timedelta(seconds=2))
    assert world.breaks() == []


def test_a_time_in_which_a_portfolio_could_not_be_valued_leaves_no_row(world: World) -> None:
    """Its equity passes what the column holds, over a cycle; then the price returns."""
    _show_deep(world, "0.05", "0.06")
    owner = world.portfolio(
        strategy_type="random", balance=str(LARGEST_BALANCE), trade_amount=990_000_000_000
    )
    world.run_cycle()
    held = world.row("SELECT action, shares FROM trades")
    assert held == {"action": "buy_yes", "shares": D(16500000000000)}
    day = world.row("SELECT * FROM portfolio_history")
    for _ in range(2):
        world.clock.pass_time(minutes=5)
        _show_deep(world, "0.95", "0.96")
        assert world.update_prices().failed == 1
        world.clock.pass_time(minutes=5)
        cycle_id = world.run_cycle()
    assert world.row("SELECT * FROM portfolio_history") == day
    equity = "SELECT status, equity FROM cycle_portfolios WHERE cycle_id = %s"
    assert world.row(equity, cycle_id) == {"status": "completed", "equity": None}
    assert world.snapshot(cycle_id, owner).equity is None
    world.clock.pass_time(minutes=5)
    _show_deep(world, "0.06", "0.07")
    assert world.update_prices().failed == 0
    assert world.breaks() == []


def _show_deep(world: World, bid: str, ask: str) -> None:
    """Quote the one market so, with more of it than there is money."""
    listed = Quote(D(bid), D(ask))
    middle = (listed.bid + listed.ask) / 2
    world.exchange.show(quote=listed, yes_price=middle, no_price=1 - middle)
    bids, asks = ((Level(price, D(10) ** 14),) for price in (listed.bid, listed.ask))
    world.exchange.order_books = {"11": OrderBook(bids, asks)}


def test_a_take_profit_that_a_change_moved_by_the_fees_of_its_day_is_counted(own: World) -> None:
    """The market charged more when the configuration changed, and charges as before by now."""
    database = own.context.database
    own.rows("UPDATE markets SET fee_rate = 0.07 RETURNING 1")
    closing_at = {"stop_loss_percentage": 0.15, "take_profit_percentage": 0.01}
    change = PortfolioChange(strategy_config=closing_at)
    with database.transaction() as session:
        portfolio_management.change(session, PortfolioId(1), change, own.hand_order())
    own.rows("UPDATE markets SET fee_rate = 0.04 RETURNING 1")
    found = reconcile.run(database)
    assert found.breaks == []
    assert "6: triggers" in {note.rule for note in found.notes}
    own.rows("UPDATE portfolio_positions SET take_profit_bid = 0.5 RETURNING 1")
    assert any(broken.rule.startswith("6: take_profit_bid") for broken in own.breaks())
