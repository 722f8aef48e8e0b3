"""Timestamps of schema v1 were local time: whose, and times that a clock skips, repeats or lacks.

Every test ends with a downgrade, which brings back what was there.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from psycopg import sql

from local.postgres import databases
from tests.migrations.old_database import OldDatabase, Returning


@pytest.fixture
def old(returning: Returning) -> Returning:
    return returning


def test_a_local_time_that_the_zone_skips_is_moved_on_and_kept(old: OldDatabase) -> None:
    """New York, 8 March 2026: the clock goes from 2:00 to 3:00."""
    old.add("portfolio_snapshots", timestamp="2026-03-08 02:30:00")
    report = old.upgrade("America/New_York")
    assert old.row("SELECT timestamp FROM portfolio_snapshots") == {
        "timestamp": datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    }
    assert old.kept("portfolio_snapshots") == {"1": {"timestamp": "2026-03-08T02:30:00"}}
    assert report["flags"]["local_times_that_the_zone_skips"] == 1


def test_a_local_time_that_comes_twice_is_taken_as_the_second(old: OldDatabase) -> None:
    """New York, 1 November 2026: 1:30 comes in summer time, and an hour later in standard time."""
    old.add("portfolio_snapshots", timestamp="2026-11-01 01:30:00")
    report = old.upgrade("America/New_York")
    assert old.row("SELECT timestamp FROM portfolio_snapshots") == {
        "timestamp": datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    }
    assert old.kept("portfolio_snapshots") == {}
    assert report["flags"]["local_times_that_the_zone_skips"] == 0


def test_without_a_time_zone_it_is_the_databases_own(old: OldDatabase) -> None:
    old.execute(
        sql.SQL("ALTER DATABASE {} SET timezone TO 'Asia/Kathmandu'").format(
            sql.Identifier(databases.name_of(old.url))
        )
    )
    old.add("portfolio_snapshots", timestamp="2026-01-05 12:00:00")
    assert old.upgrade()["time_zone"] == "Asia/Kathmandu"
    assert old.row("SELECT timestamp FROM portfolio_snapshots") == {
        "timestamp": datetime(2026, 1, 5, 6, 15, tzinfo=UTC)
    }


@pytest.mark.parametrize("time", ["infinity", "0044-03-15 12:00:00 BC", "12026-01-01 00:00:00"])
def test_a_time_beyond_any_calendar_moves_its_row_or_is_kept(old: OldDatabase, time: str) -> None:
    old.add("trades", trade_id="t1", timestamp=time)
    old.add("trades", trade_id="t2", created_at=time)
    old.upgrade()
    assert old.moved("trades") == [("1", "time out of range")]
    assert list(old.kept("trades")) == ["2"]
    assert old.row("SELECT created_at FROM trades") == {"created_at": None}
