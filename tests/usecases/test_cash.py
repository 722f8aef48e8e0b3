"""Deposits, withdrawals and transfers."""

from decimal import Decimal as D

import pytest

from prescient.core.errors import InvalidRequest, PortfolioConflict, PortfolioNotFound
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import cash
from tests.world import World


def transfer(world: World, from_id: int, to_id: int, amount: str, key: str = "k") -> None:
    wanted = Transfer(
        from_id=PortfolioId(from_id),
        to_id=PortfolioId(to_id),
        amount=D(amount),
        key=key,
        reason="r",
    )
    with world.context.database.transaction() as session:
        cash.transfer(session, wanted, world.clock.now)


def balance(world: World, portfolio_id: PortfolioId) -> D:
    return world.state(portfolio_id).current_balance


def test_a_transfer_moves_cash_once_and_is_logged_by_name(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    transfer(world, first, second, "250.50")
    transfer(world, first, second, "250.50")
    assert (balance(world, first), balance(world, second)) == (D("9749.50"), D("10250.50"))
    log = world.row("SELECT from_name, to_name, amount FROM portfolio_rebalancing_log")
    assert log == {"from_name": "a", "to_name": "b", "amount": D("250.50")}
    assert world.breaks() == []


def test_flows_are_neither_profit_nor_drawdown(world: World) -> None:
    portfolio_id = world.portfolio()
    with world.context.database.transaction() as session:
        cash.deposit(session, portfolio_id, D(500), "a", world.clock.now)
        cash.withdraw(session, portfolio_id, D(2000), "b", world.clock.now)
    world.run_cycle()
    state = world.state(portfolio_id)
    assert (state.total_value, state.total_profit_loss) == (D("8499.36"), D("-0.64"))
    assert state.max_drawdown == D("0.64")
    assert world.breaks() == []


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "NaN", "Infinity"])
def test_a_bad_amount_is_refused_by_name(world: World, amount: str) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    with pytest.raises(InvalidRequest, match="amount: "):
        transfer(world, first, second, amount)


def test_nothing_moves_when_one_side_cannot(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    before = world.everything()
    with pytest.raises(PortfolioConflict, match=r"amount: 10000\.01 is more than the 10000\.00"):
        transfer(world, first, second, "10000.01")
    with pytest.raises(PortfolioNotFound):
        transfer(world, first, 99, "1")
    with pytest.raises(InvalidRequest, match="to_portfolio_id: must differ"):
        transfer(world, first, first, "1")
    assert world.everything() == before


def test_an_archived_portfolio_takes_no_cash(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    world.rows("UPDATE portfolios SET status = 'archived' WHERE name = 'b' RETURNING 1")
    with pytest.raises(PortfolioConflict, match="cash can only leave an archived portfolio"):
        transfer(world, first, second, "1")
