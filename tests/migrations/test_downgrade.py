"""A downgrade is refused, by name, where schema v1 has no place for what happened; only there."""

from __future__ import annotations

from typing import LiteralString

import pytest

from local.postgres import migrations
from prescient.core.errors import MigrationRefused
from prescient.store.database import SCHEMA_VERSION
from tests.builders import NOON
from tests.migrations.old_database import OldDatabase
from tests.world import World


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "INSERT INTO portfolios (name, strategy_type, initial_balance, current_balance,"
            " peak_equity, created_at, last_updated)"
            " VALUES ('Second', 'random', 1, 1, 1, now(), now())",
            r"portfolio 2 \(Second\) exists",
        ),
        (
            "INSERT INTO cash_ledger VALUES (1, 9, 'deposit', 5, 9905, 'deposit:1', now())",
            "1 movements of cash were booked",
        ),
        (
            "INSERT INTO trades (portfolio_id, trade_id, timestamp, market_id, market_question,"
            " action, amount, fee, entry_price, confidence, status, origin)"
            " SELECT portfolio_id, 'new',"
            " timestamp, market_id, market_question, action, amount, fee, entry_price, 0.8, status,"
            " 'v1' FROM trades LIMIT 1",
            "the rows of trades that came from schema v1 have changed",
        ),
        ("DELETE FROM portfolios", "portfolio 1 is gone"),
        (
            "DELETE FROM market_snapshots",
            "the rows of market_snapshots that came from schema v1 have changed",
        ),
        (
            "UPDATE portfolio_positions SET realized_pnl = 1, entry_price = 0.5",
            "the rows of portfolio_positions that came from schema v1 have changed",
        ),
    ],
)
def test_what_schema_v1_cannot_hold_is_named(
    old: OldDatabase, statement: LiteralString, reason: str
) -> None:
    old.add("portfolio_state")
    old.buy()
    old.add("market_snapshots")
    old.upgrade()
    old.execute(statement)
    with pytest.raises(MigrationRefused, match=reason):
        migrations.downgrade(old.url, "0001")
    assert old.row("SELECT version_num FROM alembic_version") == {"version_num": SCHEMA_VERSION}


def test_marks_and_settings_since_the_upgrade_are_no_hindrance(old: OldDatabase) -> None:
    old.add("portfolio_state")
    old.add("markets")
    old.buy()
    old.add("portfolio_history", snapshot_date=NOON.date(), timestamp=NOON.date())
    before = old.content()
    old.upgrade()
    world = World(old.url)
    assert world.update_prices().positions == 1
    assert world.row("SELECT count(*) AS days FROM portfolio_history")["days"] == 1
    world.clock.pass_time(days=1)
    assert world.update_prices().positions == 1
    world.disconnect()
    old.execute(
        "UPDATE portfolios SET status = 'paused', strategy_config = '{\"max_spread\": 0.1}'"
    )
    migrations.downgrade(old.url, "0001")
    assert old.content() == before
