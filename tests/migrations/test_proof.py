"""Whatever an upgrade would lose or change is found before it is committed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Connection

from local.postgres import migrations
from prescient.core.errors import MigrationRefused
from tests.migrations.old_database import OldDatabase
from tests.migrations.statements import before_each

LOST = "would not keep everything"
CHANGED = "would change what has to stay as it is"
BOOKS = "the books would not reconcile"


def _tampering(statement: str) -> Callable[[Connection, str], None]:
    """Runs the statement between the writing and the proof."""
    done = False

    def act(connection: Connection, sent: str) -> None:
        nonlocal done
        if not done and "CREATE TABLE prescient_v1.after" in sent:
            done = True
            connection.exec_driver_sql(statement)

    return act


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM trades WHERE trade_id = 'alone'", LOST),
        ("DELETE FROM legacy_rows", LOST),
        ("""UPDATE legacy_rows SET row = row || '{"amount": 1}'""", LOST),
        ("""UPDATE legacy_values SET old = old || '{"balance": 1}'""", LOST),
        ("UPDATE portfolio_positions SET amount = amount + 1", CHANGED),
        ("UPDATE trades SET entry_price = entry_price / 2", CHANGED),
        ("UPDATE trading_signals SET yes_price = 0.5", CHANGED),
        ("UPDATE market_snapshots SET yes_price = 0.5", CHANGED),
        ("UPDATE trades SET amount = amount + 1", BOOKS),
        ("UPDATE cash_ledger SET amount = amount - 1", BOOKS),
        ("UPDATE portfolios SET current_balance = current_balance + 1", BOOKS),
        ("UPDATE market_exposure SET cost_basis = cost_basis + 1", BOOKS),
        ("DELETE FROM market_exposure", BOOKS),
        ("UPDATE capital_in_use SET cost_basis = 0", BOOKS),
        ("DELETE FROM position_exits", BOOKS),
    ],
)
def test_tampering_stops_the_upgrade(old: OldDatabase, statement: str, found: str) -> None:
    old.add("portfolio_state")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.buy(status="closed", exit_price="0.9", exit_timestamp="2026-01-06 12:00:00")
    old.add("trades", trade_id="alone")
    old.add("trades", trade_id="odd", action="hold")
    old.add("market_snapshots")
    before = old.content()
    with before_each(_tampering(statement)), pytest.raises(MigrationRefused, match=found):
        migrations.upgrade(old.url)
    assert old.content() == before
