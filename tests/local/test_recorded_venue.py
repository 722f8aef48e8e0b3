"""Recordings are found, dated, unwrapped and counted; what is none is refused by its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.exchange.recorded_rows import Count
from local.exchange.recordings import Recording, RecordingUnreadable, read_recordings


def _write(folder: Path, name: str, content: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))


EVENT = {"id": "1", "title": "One?", "markets": [{"id": "11", "closed": False}]}
MARKET = {"id": "12", "question": "Two?", "closed": False, "slug": "two", "volumeNum": 5}
NAMED = {**MARKET, "events": [{"id": "7", "title": "Seven?"}]}
BOOK = {"asset_id": "111", "bids": [], "asks": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


def _read_one(folder: Path, content: object) -> Recording:
    _write(folder, "x_2026-01-01.json", content)
    (recording,) = read_recordings(folder).shown
    return recording


def _moments(folder: Path, *names: str) -> list[tuple[str, datetime]]:
    for name in names:
        _write(folder, name, [EVENT])
    return [(recording.name, recording.moment) for recording in read_recordings(folder).shown]


def test_recordings_come_in_the_order_of_their_moments(folder: Path) -> None:
    assert _moments(folder, "b_2025-06-01.json", "a_2026-01-23T1139.json") == [
        ("b_2025-06-01.json", datetime(2025, 6, 1, 12, tzinfo=UTC)),
        ("a_2026-01-23T1139.json", datetime(2026, 1, 23, 11, 39, tzinfo=UTC)),
    ]


def test_files_of_one_date_come_a_minute_apart_in_the_order_of_their_names(folder: Path) -> None:
    names = ("c_2026-01-01.json", "a_2026-01-01.json", "b_2026-01-01.json")
    assert _moments(folder, *names) == [
        ("a_2026-01-01.json", datetime(2026, 1, 1, 12, 0, tzinfo=UTC)),
        ("b_2026-01-01.json", datetime(2026, 1, 1, 12, 1, tzinfo=UTC)),
        ("c_2026-01-01.json", datetime(2026, 1, 1, 12, 2, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("2026-01-01.json", "12:00:00"),
        ("2026-01-01T0930Z_page.json", "09:30:00"),
        ("page-2026-01-01T093015.json", "09:30:15"),
        ("2026-01-01T23:59:01.JSON", "23:59:01"),
    ],
)
def test_the_time_in_a_name_counts(folder: Path, name: str, clock: str) -> None:
    ((_, moment),) = _moments(folder, name)
    assert moment == datetime.fromisoformat(f"2026-01-01T{clock}+00:00")


@pytest.mark.parametrize(
    "content",
    [
        EVENT,
        [EVENT],
        {"events": [EVENT]},
        {"data": [EVENT]},
        {"body": EVENT},
        {"status": 200, "body": {"events": [EVENT], "next_cursor": "x"}},
        [{"events": [EVENT], "next_cursor": "x"}, {"events": []}],
    ],
)
def test_events_are_found_in_whatever_wraps_them(folder: Path, content: object) -> None:
    recording = _read_one(folder, content)
    assert list(recording.events) == [EVENT]
    assert recording.count == Count(read=2)


@pytest.mark.parametrize(
    "content",
    [
        NAMED,
        [NAMED],
        {"markets": [NAMED]},
        {"data": [NAMED]},
        {"body": {"markets": [NAMED]}},
    ],
)
def test_markets_are_found_in_whatever_wraps_them(folder: Path, content: object) -> None:
    recording = _read_one(folder, content)
    assert list(recording.events) == [{"id": "7", "title": "Seven?", "markets": [MARKET]}]
    assert recording.count == Count(read=1)


def test_markets_are_listed_under_the_event_that_they_name(folder: Path) -> None:
    apart = {**MARKET, "id": "13", "events": []}
    seven, own = _read_one(folder, {"markets": [NAMED, apart]}).events
    assert (seven["id"], [market["id"] for market in seven["markets"]]) == ("7", ["12"])
    assert (own["title"], own["slug"], own["volume"]) == ("Two?", "two", 5)
    assert own["markets"][0]["id"] == "13"


def test_rows_with_one_id_are_merged_and_counted(folder: Path) -> None:
    """An event on two pages keeps the markets of both; of a market that came twice the first."""
    again = {**EVENT, "title": "Later", "markets": [{"id": "11", "closed": True}, {"id": "14"}]}
    apart = {**MARKET, "events": [{"id": "1", "title": "named"}]}
    recording = _read_one(folder, [{"events": [EVENT]}, {"events": [again]}, apart])
    (event,) = recording.events
    assert event["title"] == "One?"
    assert event["markets"] == [{"id": "11", "closed": False}, {"id": "14"}, MARKET]
    assert recording.count == Count(read=6, merged=2)


@pytest.mark.parametrize(
    ("row", "lost"),
    [
        (7, 1),
        (None, 1),
        ({}, 1),
        ({"title": "without id", "markets": [{"id": "9"}]}, 2),
        ({"question": "without id"}, 1),
        ({"id": ["9"], "question": "no id"}, 1),
        ({"id": "9", "title": "nothing listed", "markets": None}, 1),
    ],
)
def test_what_is_neither_event_nor_market_is_left_out_and_counted(
    folder: Path, row: Any, lost: int
) -> None:
    recording = _read_one(folder, [EVENT, row])
    assert list(recording.events) == [EVENT]
    assert recording.count == Count(read=2, left_out=lost)


def test_an_empty_page_is_a_recording_without_rows(folder: Path) -> None:
    assert _read_one(folder, {"events": []}).count == Count()


def test_books_come_with_every_recording_of_their_date(folder: Path) -> None:
    _moments(folder, "a_2026-01-01.json", "b_2026-01-01T1530.json", "c_2026-01-02.json")
    _write(folder.parent / "books", "b_2026-01-01.json", [BOOK, {**BOOK, "bids": [1]}, {"no": 1}])
    _write(folder.parent / "books", "c_2026-01-03.json", BOOK)
    recordings = read_recordings(folder)
    assert [dict(recording.books) for recording in recordings.shown] == [
        {"111": BOOK},
        {"111": BOOK},
        {},
    ]
    assert recordings.books == Count(read=2, merged=1, left_out=2)


def test_the_notes_tell_what_was_read(folder: Path) -> None:
    _write(folder, "a_2026-01-01.json", [EVENT])
    _write(folder, "b_2026-01-01.json", [EVENT, EVENT, 7])
    (folder / "README.md").write_text("about")
    assert list(read_recordings(folder).notes()) == [
        "Recordings: 2 files, 6 rows read, 2 merged, 1 left out; "
        "books: 0 rows read, 0 merged, 0 left out.",
        "b_2026-01-01.json: 4 rows read, 2 merged, 1 left out.",
        "Not read, as no .json file: README.md.",
    ]


def _refusal(folder: Path) -> str:
    with pytest.raises(RecordingUnreadable) as refused:
        read_recordings(folder)
    return str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '"text"',
        "{}",
        "7",
        '{"data": null}',
        '[{"asset_id": "1", "bids": []}]',
        '{"data": [{"condition_id": "0x1", "question": "of the CLOB"}]}',
        f"[{'9' * 5000}]",
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_its_name(folder: Path, text: str) -> None:
    _write(folder, "good_2026-01-01.json", [EVENT])
    (folder / "bad_2026-01-01.json").write_text(text, errors="surrogateescape")
    told = _refusal(folder)
    assert told.startswith("bad_2026-01-01.json is no recording: ")
    assert "events or markets as Gamma answers them" in told


@pytest.mark.parametrize(
    "name", ["undated.json", "x_2026-13-01.json", "x_2026-01-01T2561.json", "x_20260101.json"]
)
def test_a_file_without_a_date_in_its_name_is_refused(folder: Path, name: str) -> None:
    _write(folder, name, [EVENT])
    assert _refusal(folder).startswith(name)


def test_a_folder_without_recordings_is_refused(folder: Path) -> None:
    folder.mkdir()
    assert "has no .json file" in _refusal(folder)
    (folder / "x_2026-01-01.json").mkdir()
    assert _refusal(folder).startswith("x_2026-01-01.json is no recording")


def test_a_broken_book_is_refused_by_its_name(folder: Path) -> None:
    _write(folder, "a_2026-01-01.json", [EVENT])
    _write(folder.parent / "books", "b_2026-01-01.json", [])
    (folder.parent / "books" / "b_2026-01-01.json").write_text("{")
    told = _refusal(folder)
    assert told.startswith("b_2026-01-01.json is no recording: ")
    assert "order books as the CLOB answers them" in told
