"""Reads a folder of recorded answers: each file is what the exchange showed at one moment.

Order books come from a folder `books` beside it, whose files are dated in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from local.exchange.recorded_rows import WRAPPERS, Count, read_events, unwrapped
from local.exchange.venue import Row

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:?\d{2}(?::?\d{2})?))?")
_NOON = time(12)
_TOO_DEEP = "it is nested too deeply"
_APART = timedelta(minutes=1)
_BOOKS = "books"
_WRAPPED = f"one, a list, or a page with them under {', '.join(WRAPPERS[:-1])} or {WRAPPERS[-1]}"
_LISTING = f"a recording is JSON with events or markets as Gamma answers them: {_WRAPPED}"
_OF_BOOKS = f"a file of books is JSON with order books as the CLOB answers them: {_WRAPPED}"


class RecordingUnreadable(Exception):
    """A folder or file that is no recording; the message names it, and says what it must be."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one file shows at `moment`, UTC; `count` is what became of the file's rows."""

    name: str
    moment: datetime
    events: Sequence[Row]
    count: Count
    books: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recordings:
    """All of a folder, oldest first. `ignored` are the names of what is no JSON file in it."""

    shown: Sequence[Recording]
    books: Count
    ignored: Sequence[str]

    def notes(self) -> Iterator[str]:
        """Yield sentences about what was read, and about each file with rows merged or left out."""
        total = reduce(add, (recording.count for recording in self.shown), Count())
        yield f"Recordings: {len(self.shown)} files, {total}; books: {self.books}."
        for recording in self.shown:
            if recording.count.merged or recording.count.left_out:
                yield f"{recording.name}: {recording.count}."
        if self.ignored:
            yield f"Not read, as no .json file: {', '.join(self.ignored)}."


def read_recordings(directory: Path) -> Recordings:
    """Read all JSON files of a folder. Raises RecordingUnreadable.

    A file's moment is the date and time in its name, or noon UTC where it has no time; of two with
    the same moment the later by name comes a minute later.
    """
    if not directory.is_dir():
        raise RecordingUnreadable(f"{directory} is not a folder")
    paths = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    read = [_read(path) for path in paths if _is_json(path)]
    if not read:
        raise RecordingUnreadable(f"{directory} has no .json file; {_LISTING}")
    ordered = sorted(read, key=lambda recording: recording.moment)
    shown, books = _with_books(list(_a_minute_apart(ordered)), directory.parent / _BOOKS)
    return Recordings(shown, books, [path.name for path in paths if not _is_json(path)])


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _read(path: Path) -> Recording:
    moment, content = _moment(path), _content(path, _LISTING)
    try:
        events, count = read_events(content)
    except RecursionError:
        raise _no_recording(path, _TOO_DEEP, _LISTING) from None
    if count.left_out and not count.read:
        raise _no_recording(path, "it has no event and no market with an id", _LISTING)
    return Recording(path.name, moment, events, count)


def _a_minute_apart(recordings: Sequence[Recording]) -> Iterator[Recording]:
    """Yield the recordings, a minute after the one before where they would not be later."""
    previous: datetime | None = None
    for recording in recordings:
        moment = recording.moment
        if previous is not None and moment <= previous:
            moment = previous + _APART
        previous = moment
        yield replace(recording, moment=moment)


def _with_books(recordings: Sequence[Recording], directory: Path) -> tuple[list[Recording], Count]:
    """Return the recordings with the order books of their dates, where there is such a folder."""
    books: dict[date, dict[str, Row]] = {recording.moment.date(): {} for recording in recordings}
    count = Count()
    for path in sorted(directory.glob("*.json")):
        of_date = books.get(_moment(path).date())
        for row in unwrapped(_content(path, _OF_BOOKS)):
            token_id = row.get("asset_id") if isinstance(row, Mapping) else None
            if of_date is None or not isinstance(token_id, str):
                count += Count(left_out=1)
            else:
                count += Count(read=1, merged=token_id in of_date)
                of_date.setdefault(token_id, row)
    found = [replace(recording, books=books[recording.moment.date()]) for recording in recordings]
    return found, count


def _moment(path: Path) -> datetime:
    """Return the moment that the name tells, noon UTC where it tells a date alone."""
    found = _MOMENT.search(path.name)
    try:
        if found is not None:
            day, clock = found.groups()
            return datetime.combine(date.fromisoformat(day), _time(clock), UTC)
    except ValueError as error:
        raise RecordingUnreadable(f"{path.name}: the date in the name: {error}") from error
    raise RecordingUnreadable(f"{path.name}: no date like 2026-01-31 in the name")


def _time(clock: str | None) -> time:
    return _NOON if clock is None else time.fromisoformat(clock)


def _content(path: Path, must_be: str) -> Any:
    try:
        return json.loads(path.read_bytes())
    except RecursionError:
        raise _no_recording(path, _TOO_DEEP, must_be) from None
    except (ValueError, OSError) as error:
        raise _no_recording(path, str(error), must_be) from error


def _no_recording(path: Path, reason: str, must_be: str) -> RecordingUnreadable:
    return RecordingUnreadable(f"{path.name} is no recording: {reason}; {must_be}")
