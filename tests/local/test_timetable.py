"""EXCHANGE and DAYS choose the world; time only moves forward."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.demo import timetable
from local.demo.timetable import UnknownExchange
from local.exchange.recordings import RecordingUnreadable
from local.exchange.simulated import EPOCH


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for name in ("one_2026-01-01.json", "two_2026-02-01.json"):
        (tmp_path / name).write_text(json.dumps([{"id": name, "title": name, "markets": []}]))
    return tmp_path


def test_a_simulated_run_updates_prices_hourly_and_cycles_every_six_hours() -> None:
    chosen = timetable.choose("simulated", "2")(None)
    assert chosen.moments[0].at == EPOCH
    assert chosen.moments[-1].at == EPOCH + timedelta(days=2)
    assert len(chosen.moments) == 49
    assert [moment.at.hour for moment in chosen.moments if moment.has_cycle] == [
        0,
        6,
        12,
        18,
        0,
        6,
        12,
        18,
        0,
    ]


def test_entering_a_turn_moves_the_clock() -> None:
    chosen = timetable.choose("", "1")(None)
    assert chosen.venue is not None
    chosen.moments[3].enter()
    assert chosen.venue.now() == chosen.moments[3].at


def test_a_simulated_exchange_goes_on_where_the_database_stopped() -> None:
    since = EPOCH + timedelta(days=3)
    assert timetable.choose("simulated", "1")(since).moments[0].at == since + timedelta(hours=1)
    venue = timetable.running(timetable.choose("simulated", ""), since)
    assert venue is not None
    assert venue.now() > since


def test_recordings_are_one_turn_each(recordings: Path) -> None:
    chosen = timetable.choose(f"recorded:{recordings}", "")(None)
    assert chosen.venue is not None
    for moment in chosen.moments:
        moment.enter()
        assert chosen.venue.now() == moment.at
        assert chosen.venue.events()[0]["id"] == moment.title
    assert [moment.has_cycle for moment in chosen.moments] == [True, True]


def test_recordings_that_the_database_has_seen_are_over(recordings: Path) -> None:
    since = datetime(2026, 1, 15, tzinfo=UTC)
    moments = timetable.choose(f"recorded:{recordings}", "")(since).moments
    assert [moment.title for moment in moments] == ["two_2026-02-01.json"]
    assert timetable.choose(f"recorded:{recordings}", "")(since + timedelta(days=30)).moments == []


def test_a_served_recording_shows_its_newest_file(recordings: Path) -> None:
    venue = timetable.running(timetable.choose(f"recorded:{recordings}", ""), None)
    assert venue is not None
    assert venue.now() == datetime(2026, 2, 1, 12, tzinfo=UTC)


def test_live_has_no_exchange_of_its_own() -> None:
    assert timetable.choose("live", "")(None).venue is None
    assert timetable.running(timetable.choose("live", ""), None) is None


@pytest.mark.parametrize(
    ("exchange", "days"),
    [("recorded", ""), ("recorded:", ""), ("paper", ""), ("simulated", "0"), ("simulated", "two")],
)
def test_other_values_are_refused(exchange: str, days: str) -> None:
    with pytest.raises(UnknownExchange):
        timetable.choose(exchange, days)(None)


def test_a_missing_folder_is_refused() -> None:
    with pytest.raises(RecordingUnreadable, match="not a folder"):
        timetable.choose("recorded:/nowhere", "")(None)
