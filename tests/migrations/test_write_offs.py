"""A write-off that is stored, on the way back to a revision that knew none, and forward again."""

from __future__ import annotations

from decimal import Decimal as D

from local.postgres import migrations
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.usecases import closing
from tests.world import World

EXIT = "SELECT kind, shares, price, proceeds, fee, realized_pnl, source FROM position_exits"
ENTRY = "SELECT kind, amount, balance_after, source FROM cash_ledger WHERE amount = 0"


def test_a_write_off_survives_a_downgrade_to_before_there_were_any(database_url: str) -> None:
    """To revision 0009 it is an exit by hand at 0, and so it stays: who asked for it is gone."""
    with World(database_url) as world:
        _write_off(world)
        state, made, entry = world.state(PortfolioId(1)), world.row(EXIT), world.row(ENTRY)
    migrations.downgrade(database_url, "0009")
    with World(database_url) as world:
        assert world.row(EXIT) == {**made, "kind": "manual"}
        assert world.row(ENTRY) == {**entry, "kind": "manual"}
    migrations.upgrade(database_url)
    with World(database_url) as world:
        assert world.row(EXIT) == {**made, "kind": "manual"}
        assert world.state(PortfolioId(1)) == state
        assert world.breaks() == []


def _write_off(world: World) -> None:
    """Buy in a market that then closes at 0/0, and give the position up."""
    owner = world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.exchange.show(closed=True, yes_price=D(0), no_price=D(0), quote=None)
    world.update_prices()
    order = world.hand_order(reason="the oracle will never decide it")
    with world.context.database.transaction() as session:
        closing.write_off(session, owner, 1, order)
    assert world.breaks() == []
