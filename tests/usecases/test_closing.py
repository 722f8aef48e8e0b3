"""Closing by hand, whole and in part."""

from decimal import Decimal as D

import pytest

from prescient.core.errors import InvalidRequest, PortfolioConflict, PositionNotFound
from prescient.core.market.markets import FeeSchedule, Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Exit
from prescient.usecases import closing
from tests.world import World


def close(world: World, portfolio_id: PortfolioId, shares: str | None = None) -> Exit:
    position = world.row("SELECT id FROM portfolio_positions")["id"]
    with world.context.database.transaction() as session:
        wanted = None if shares is None else D(shares)
        return closing.close_position(session, portfolio_id, position, wanted, world.hand_order())


def test_parts_add_up_with_fees_on_both_sides(world: World) -> None:
    world.exchange.show(fee=FeeSchedule(D("0.04")))
    portfolio_id = world.portfolio()
    world.run_cycle()
    world.reprice("0.89", "0.91", fee=FeeSchedule(D("0.04")))
    first = close(world, portfolio_id, "27.07")
    # 27.07 × 0.89 = 24.0923 → 24.09; fee 27.07 × 0.04 × 0.0979 = 0.10600 → 0.11; basis 21.30
    assert (first.proceeds, first.fee, first.cost_basis) == (D("24.09"), D("0.11"), D("21.30"))
    assert world.state(portfolio_id).open_positions == 1
    assert world.breaks() == []
    rest = close(world, portfolio_id)
    # 100.00 × 0.89 = 89.00; fee 100 × 0.04 × 0.0979 = 0.3916 → 0.40
    assert (rest.proceeds, rest.fee, rest.cost_basis) == (D("89.00"), D("0.40"), D("78.70"))
    state = world.state(portfolio_id)
    assert (state.current_balance, state.realized_pnl) == (D("10012.58"), D("12.58"))
    assert (state.total_winning_trades, state.avg_trade_pnl) == (1, D("12.58"))
    assert world.row("SELECT status, realized_pnl FROM trades") == {
        "status": "closed",
        "realized_pnl": D("12.58"),
    }
    assert world.breaks() == []


@pytest.mark.parametrize("shares", ["0", "-1", "128.21", "0.001"])
def test_bad_shares_are_refused(world: World, shares: str) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    with pytest.raises(InvalidRequest, match="shares: "):
        close(world, portfolio_id, shares)


def test_without_a_bid_there_is_no_sale(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.exchange.show(quote=Quote(D(0), D("0.02")))
    world.update_prices()
    with pytest.raises(PortfolioConflict, match="has no bid"):
        close(world, portfolio_id)


def test_another_portfolio_cannot_close_it(world: World) -> None:
    world.portfolio("a")
    world.run_cycle()
    other = world.portfolio("b")
    with pytest.raises(PositionNotFound, match="portfolio 2 has no position 1"):
        close(world, other)
