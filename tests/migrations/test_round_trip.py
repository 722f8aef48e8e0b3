"""Whatever a database of schema v1 holds: the upgrade keeps it, and a downgrade gives it back.

`ROUND_TRIPS=200` takes as many databases there and back.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.postgres import migrations
from prescient.store.database import Database
from prescient.usecases import reconcile
from tests.migrations.conftest import MakeOldDatabase
from tests.migrations.generated import ZONES, old_rows
from tests.migrations.old_database import OldDatabase, Rows

DATABASES = int(os.environ.get("ROUND_TRIPS", "10"))


@settings(max_examples=DATABASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=old_rows(), zone=st.sampled_from(ZONES))
def test_a_downgrade_gives_every_row_back(
    make_loose_database: MakeOldDatabase, rows: Rows, zone: str
) -> None:
    with make_loose_database() as old:
        old.add_all(rows)
        before = old.content()
        migrations.upgrade(old.url, time_zone=zone)
        database = Database(old.url)
        assert reconcile.run(database).breaks == []
        database.close()
        migrations.downgrade(old.url, "0001")
        assert old.content() == before


def test_checksums_tell_nan_and_zero_from_null(old: OldDatabase) -> None:
    for volume in ("NaN", "0", None):
        old.add("trading_signals", market_volume=volume)
    before = old.content()
    migrations.upgrade(old.url)
    kept = old.rows("SELECT id, old FROM legacy_values WHERE table_name = 'trading_signals'")
    assert kept == [{"id": "1", "old": {"market_volume": "NaN"}}]
    migrations.downgrade(old.url, "0001")
    assert old.content() == before
