"""Recordings are found, dated and unwrapped."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.exchange.recorded import RecordingUnreadable, read_recordings


def _write(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(json.dumps(content))


EVENT = {"id": "1", "title": "One?", "markets": [{"id": "11", "closed": False}]}
MARKET = {"id": "12", "question": "Two?", "closed": False, "slug": "two", "volumeNum": 5}


def test_recordings_come_in_the_order_of_their_dates(tmp_path: Path) -> None:
    _write(tmp_path, "b_2025-06-01.json", [EVENT])
    _write(tmp_path, "a_2026-01-23T1139.json", [EVENT])
    recordings = read_recordings(tmp_path)
    assert [recording.moment for recording in recordings] == [
        datetime(2025, 6, 1, 12, tzinfo=UTC),
        datetime(2026, 1, 23, 12, tzinfo=UTC),
    ]


@pytest.mark.parametrize("content", [[EVENT], EVENT, {"events": [EVENT]}, {"body": [EVENT]}])
def test_wrapped_events_are_unwrapped(tmp_path: Path, content: object) -> None:
    _write(tmp_path, "x_2026-01-01.json", content)
    assert list(read_recordings(tmp_path)[0].events) == [EVENT]


def test_markets_are_listed_under_the_event_that_they_name(tmp_path: Path) -> None:
    named = {**MARKET, "events": [{"id": "7", "title": "Seven?"}]}
    _write(tmp_path, "x_2026-01-01.json", {"markets": [named, MARKET]})
    seven, own = read_recordings(tmp_path)[0].events
    assert (seven["id"], [market["id"] for market in seven["markets"]]) == ("7", ["12"])
    assert (own["title"], own["slug"], own["volume"]) == ("Two?", "two", 5)


@pytest.mark.parametrize(
    ("name", "content"), [("undated.json", []), ("x_2026-01-01.json", "text"), ("", None)]
)
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str, content: object) -> None:
    if name:
        _write(tmp_path, name, content)
    with pytest.raises(RecordingUnreadable):
        read_recordings(tmp_path)
