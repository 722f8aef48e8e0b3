"""Revision 5 and back, with positions and features in the database."""

from collections.abc import Iterator

import pytest

from local.postgres import migrations
from prescient.store.database import SCHEMA_VERSION
from tests.world import World

FEATURES = "SELECT * FROM market_features ORDER BY batch_id, market_id, lookback_hours"
WORTH = "SELECT value_at_bid, open_positions, total_value FROM portfolios"


@pytest.fixture
def traded(database_url: str) -> Iterator[World]:
    """A portfolio with an open position, and features of two batches."""
    with World(database_url) as world:
        world.portfolio()
        world.run_cycle()
        world.clock.pass_time(hours=1)
        world.run_cycle()
        yield world


def test_one_step_back_and_forth_keeps_what_portfolios_are_worth(traded: World) -> None:
    before = traded.rows(WORTH), traded.rows(FEATURES)
    assert before[0][0]["open_positions"] == 1
    traded.disconnect()
    migrations.downgrade(traded.database_url, "0004")
    (position,) = traded.rows("SELECT value, value_at_bid, bid FROM position_valuations")
    assert position["value_at_bid"] == before[0][0]["value_at_bid"]
    assert traded.row("SELECT open_positions FROM portfolio_overview") == {"open_positions": 1}
    drifts = traded.rows("SELECT drift, reference_price, batch_id FROM market_features")
    marks = traded.rows("SELECT batch_id, mark FROM market_snapshots")
    by_batch = {row["batch_id"]: row["mark"] for row in marks}
    assert drifts
    assert all(row["drift"] == by_batch[row["batch_id"]] - row["reference_price"] for row in drifts)
    migrations.upgrade(traded.database_url, SCHEMA_VERSION)
    assert (traded.rows(WORTH), traded.rows(FEATURES)) == before
    assert traded.breaks() == []
