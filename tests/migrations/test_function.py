"""The migrate function: no pg_dump and fifteen minutes, so it wants a snapshot and has a limit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from prescient.core.errors import InvalidRequest, MigrationRefused
from prescient.store.database import SCHEMA_VERSION
from prescient.usecases import migrate
from tests.migrations.chain import BASELINE, LATER, UPGRADE
from tests.migrations.invoked import invoke
from tests.migrations.old_database import OldDatabase

SAMPLE = json.loads(Path("events/migrate.json").read_text("utf-8"))


@pytest.fixture
def filled(old: OldDatabase) -> OldDatabase:
    old.add("portfolio_state")
    old.add("markets", yes_price="0.90")
    old.buy(current_pnl="12.50")
    old.add("trades", trade_id="odd", action="hold")
    return old


def test_it_upgrades_with_a_snapshot_and_answers_a_summary(filled: OldDatabase) -> None:
    answer = invoke(filled.url, **SAMPLE)
    assert answer == {
        "revision": SCHEMA_VERSION,
        "from_revision": BASELINE,
        "applied": [UPGRADE, *LATER],
        "dry_run": False,
        "snapshot_id": SAMPLE["snapshot_id"],
        "upgrade": {
            "rows": 5,
            "moved_to_legacy_rows": 1,
            "adjustment": "0.00",
            "different_pnls": 2,
        },
    }
    report = filled.row("SELECT report FROM migration_reports")["report"]
    assert report["snapshot_id"] == SAMPLE["snapshot_id"]


def test_with_nothing_to_apply_it_needs_no_alembic(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which takes more time to import than such a migration takes."""
    monkeypatch.setitem(sys.modules, "prescient.usecases.migration", None)
    assert invoke(database_url, snapshot_id="kept") == {
        "revision": SCHEMA_VERSION,
        "from_revision": SCHEMA_VERSION,
        "applied": [],
        "dry_run": False,
        "snapshot_id": "kept",
    }


def test_without_a_snapshot_it_refuses_a_filled_database(filled: OldDatabase) -> None:
    before = filled.content()
    with pytest.raises(InvalidRequest, match="snapshot_id: required to upgrade a filled database"):
        invoke(filled.url)
    assert filled.content() == before


def test_a_dry_run_needs_no_snapshot_and_changes_nothing(filled: OldDatabase) -> None:
    before = filled.content()
    assert invoke(filled.url, dry_run=True)["upgrade"]["rows"] == 5
    assert filled.content() == before


def test_above_the_row_limit_it_names_the_other_way(
    filled: OldDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "ROW_LIMIT", 4)
    before = filled.content()
    with pytest.raises(MigrationRefused, match=r"more than 4 rows of schema v1.*make migrate"):
        invoke(filled.url, **SAMPLE)
    assert filled.content() == before


def test_an_empty_older_database_needs_no_snapshot(old: OldDatabase) -> None:
    assert invoke(old.url)["applied"] == [UPGRADE, *LATER]


def test_an_unknown_time_zone_is_named(filled: OldDatabase) -> None:
    with pytest.raises(InvalidRequest, match="time_zone: 'Mars/Olympus'"):
        invoke(filled.url, time_zone="Mars/Olympus", snapshot_id="s")
