"""Revision 6 on portfolios whose names look the same."""

import pytest

from local.postgres import migrations
from prescient.core.errors import NameTaken
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases import portfolio_management
from prescient.usecases.portfolio_management import PortfolioChange
from tests.world import World

NAMES = ["Alpha", "ALPHA", "Ａｌｐｈａ", "Beta"]


def test_names_that_clash_are_kept_and_guarded(world: World) -> None:
    for place in range(len(NAMES)):
        world.portfolio(f"p{place}")
    world.disconnect()
    migrations.downgrade(world.database_url, "0005")
    for place, name in enumerate(NAMES, 1):
        world.rows(
            f"UPDATE portfolios SET name = '{name}' WHERE portfolio_id = {place} RETURNING 1"
        )
    migrations.upgrade(world.database_url, SCHEMA_VERSION)
    kept = world.rows("SELECT name, folded_name FROM portfolios ORDER BY portfolio_id")
    assert [row["name"] for row in kept] == NAMES
    assert [row["folded_name"] for row in kept] == ["alpha", "alpha\n2", "alpha\n3", "beta"]
    other = PortfolioChange(description="its name stays")
    with world.context.database.transaction() as session:
        portfolio_management.change(session, PortfolioId(2), other, world.hand_order())
    with pytest.raises(NameTaken):
        world.portfolio("aLPHA")
