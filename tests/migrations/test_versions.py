"""The revision that keeps versions, on portfolios that were changed before."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from local.postgres import migrations
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases import portfolio_management
from prescient.usecases.portfolio_management import PortfolioChange
from tests.world import World

BEFORE = "0016"


def change(world: World, portfolio_id: Any, **wanted: Any) -> None:
    with world.context.database.transaction() as session:
        portfolio_management.change(
            session, portfolio_id, PortfolioChange(**wanted), world.hand_order()
        )


def test_versions_that_signals_name_come_from_their_cycles(world: World) -> None:
    portfolio_id, untouched = world.portfolio(min_confidence=0.7), world.portfolio("untouched")
    world.run_cycle()
    change(world, portfolio_id, strategy_config={"min_confidence": D("0.71")})
    change(world, portfolio_id, strategy_config={"min_confidence": D("0.72")})
    world.disconnect()
    migrations.downgrade(world.database_url, BEFORE)
    migrations.upgrade(world.database_url, SCHEMA_VERSION)
    kept = world.rows("""
        SELECT portfolio_id, version, strategy_config ->> 'min_confidence' AS key, limits_kept,
            max_positions
        FROM portfolio_configurations ORDER BY portfolio_id, version""")
    columns = ("portfolio_id", "version", "key", "limits_kept", "max_positions")
    assert [tuple(row[name] for name in columns) for row in kept] == [
        (portfolio_id, 1, "0.7", False, None),
        (portfolio_id, 3, "0.72", True, 20),
        (untouched, 1, None, True, 20),
    ]
    change(world, portfolio_id, strategy_config={"min_confidence": D("0.73")})
    newest = world.row("""
        SELECT version, from_version FROM portfolio_configurations
        ORDER BY portfolio_id, version DESC LIMIT 1""")
    assert newest == {"version": 4, "from_version": 3}
    assert world.breaks() == []
