"""Each number that is tampered with is named; honest books break nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing as closing_to
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.database import Database
from prescient.usecases import cash, closing, reconcile
from tests.builders import market
from tests.world import World


@pytest.fixture
def traded(world: World) -> World:
    """A portfolio with a closed position and an open one, each of $100."""
    world.portfolio(take_profit_percentage=0.1, cooldown_hours=0)
    world.run_cycle()
    world.reprice("0.86", "0.87")
    world.clock.pass_time(hours=25)  # the cooldown is over
    world.exchange.show(**_at_entry())
    world.run_cycle()
    assert world.breaks() == []
    return world


def _at_entry() -> dict[str, Any]:
    start = market()
    return {"quote": start.quote, "yes_price": start.yes_price, "no_price": start.no_price}


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("UPDATE portfolios SET current_balance = current_balance + 0.01", "1: current_balance"),
        ("UPDATE portfolios SET total_invested = 0", "6: total_invested"),
        ("UPDATE portfolios SET total_profit_loss = total_profit_loss + 1", "2: equity"),
        ("UPDATE portfolios SET realized_pnl = realized_pnl - 0.01", "6: realized_pnl"),
        ("UPDATE portfolios SET trade_count = 3", "6: trade_count"),
        ("UPDATE portfolios SET total_winning_trades = 0", "6: total_winning_trades"),
        ("UPDATE portfolios SET avg_trade_pnl = 0", "6: avg_trade_pnl"),
        (
            "UPDATE cash_ledger SET balance_after = 1 WHERE entry_no = 2",
            "1: balance after an entry",
        ),
        (
            "DELETE FROM cash_ledger WHERE entry_no = 2",
            "1: each fill and exit has its ledger entry",
        ),
        ("UPDATE cash_ledger SET amount = amount - 1 WHERE entry_no = 1", "1: each fill"),
        (
            "UPDATE trading_signals SET executed = false, executed_at = NULL",
            "3: a trade has one signal",
        ),
        ("DELETE FROM portfolio_positions WHERE status = 'open'", "3: a trade has one position"),
        (
            "UPDATE portfolio_positions SET shares = shares - 1 WHERE status = 'open'",
            "3: shares = bought − exits",
        ),
        (
            "UPDATE portfolio_positions SET cost_basis = 99 WHERE status = 'open'",
            "6: cost basis = cost − exits",
        ),
        (
            "UPDATE portfolio_positions SET realized_pnl = 9 WHERE status = 'closed'",
            "6: realized P&L = its exits",
        ),
        (
            """UPDATE cycle_portfolios SET limits = '{"max_position_size": 99.99}'""",
            "4: no fill breaks max_position_size",
        ),
        (
            """UPDATE cycle_portfolios SET limits = '{"max_total_exposure": 99}'""",
            "4: no fill breaks max_total_exposure",
        ),
        (
            """UPDATE cycle_portfolios SET limits = '{"max_positions": 0}'""",
            "4: no fill breaks max_positions",
        ),
        (
            """UPDATE cycle_portfolios SET limits = '{"max_event_exposure": 50}'""",
            "4: no fill breaks max_event_exposure",
        ),
        ("UPDATE market_exposure SET cost_basis = 5", "5: market exposure"),
        ("UPDATE capital_in_use SET cost_basis = 5", "5: capital in use"),
        ("UPDATE portfolios SET value_at_bid = value_at_bid - 0.01", "6: value_at_bid"),
        ("UPDATE portfolios SET open_positions = 2", "6: open_positions"),
        ("UPDATE portfolios SET peak_equity = peak_equity - 10", "6: peak_equity"),
        ("UPDATE portfolios SET peak_equity = peak_equity + 1000", "6: peak_equity"),
        ("UPDATE portfolios SET max_drawdown = 0", "6: max_drawdown"),
        ("UPDATE portfolios SET max_drawdown = 1000", "6: max_drawdown"),
        ("UPDATE market_prices SET mark = 0.5", "6: total_profit_loss"),
        ("UPDATE market_prices SET mark = 0.5", "6: the latest mark is the newest of the tape"),
        ("UPDATE trades SET status = 'closed'", "6: a trade's status is its position's"),
        ("UPDATE trades SET realized_pnl = 9", "6: a trade's P&L is its position's"),
        ("UPDATE trades SET shares = 9", "6: a position's bought shares are its trade's"),
    ],
)
def test_tampering_is_named(traded: World, tampering: str, rule: str) -> None:
    traded.rows(tampering + " RETURNING 1")
    assert any(found.rule.startswith(rule) for found in traded.breaks()), traded.breaks()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE cash_ledger SET amount = amount + 1 WHERE kind = 'transfer_in'",
        "DELETE FROM cash_ledger WHERE kind = 'transfer_in'",
        "DELETE FROM cash_ledger WHERE kind = 'transfer_out'",
    ],
)
def test_a_transfer_that_does_not_arrive_is_named(traded: World, tampering: str) -> None:
    _transfer(traded)
    assert traded.breaks() == []
    traded.rows(tampering + " RETURNING 1")
    rules = [(found.rule, found.subject) for found in traded.breaks()]
    assert ("5: the two sides of a transfer sum to zero", "transfer:key") in rules


def test_a_transfer_of_a_deleted_portfolio_needs_no_other_side(traded: World) -> None:
    other = _transfer(traded)
    traded.rows("DELETE FROM portfolios WHERE portfolio_id = %s RETURNING 1", other)
    assert traded.breaks() == []


def _transfer(world: World) -> PortfolioId:
    """$5 to another portfolio, whose id this is."""
    other = world.portfolio("other")
    wanted = Transfer(from_id=PortfolioId(1), to_id=other, amount=D(5), key="key", reason=None)
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)
    return other


def test_portfolios_may_trade_while_their_books_are_read(traded: World) -> None:
    """Here one sells between the reading of its positions and that of its exits."""
    (position,) = traded.rows("SELECT id FROM portfolio_positions WHERE status = 'open'")
    reader, seller = Database(traded.database_url), Database(traded.database_url)
    with ThreadPoolExecutor(1) as pool, closing_to(reader), closing_to(seller):
        with seller.transaction() as session:
            session.execute("LOCK TABLE position_exits")
            found = pool.submit(reconcile.run, reader)
            _wait_for_a_lock(traded)
            order = traded.hand_order()
            closing.close_position(session, PortfolioId(1), position["id"], None, order)
        assert found.result().breaks == []
    assert traded.breaks() == []


def _wait_for_a_lock(world: World) -> None:
    while not world.rows("SELECT 1 FROM pg_locks WHERE NOT granted"):
        pass


def test_a_break_names_its_row_and_both_numbers(traded: World) -> None:
    traded.rows("UPDATE market_exposure SET cost_basis = 5 RETURNING 1")
    (found,) = traded.breaks()
    assert (found.subject, found.found, found.expected) == ("market m1", "5.00", "100.00")
