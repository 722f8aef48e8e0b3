"""Recorded answers as an exchange: each file of a folder is what the exchange showed on one day.

Order books come from a folder `books` beside it, whose files are dated in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from local.exchange.venue import Row

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRAPPERS = ("events", "markets", "body")
_BOOKS = "books"


class RecordingUnreadable(Exception):
    """A folder or file that is no recording; the message names it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file: the rows at `moment`, noon UTC of the date in its name."""

    name: str
    moment: datetime
    events: Sequence[Row]
    books: Mapping[str, Row] = field(default_factory=dict)


class RecordedVenue:
    """Shows one recording at a time, oldest first."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = recordings
        self._shown = 0

    @property
    def shown(self) -> Recording:
        return self._recordings[self._shown]

    def show(self, place: int) -> Recording:
        """Show the recording at this place, counted from 0."""
        self._shown = place
        return self.shown

    def __len__(self) -> int:
        return len(self._recordings)

    def now(self) -> datetime:
        return self.shown.moment

    def events(self) -> Sequence[Row]:
        return self.shown.events

    def books(self, token_ids: Sequence[str]) -> Mapping[str, Row]:
        recorded = self.shown.books
        return {token_id: recorded[token_id] for token_id in token_ids if token_id in recorded}

    def price_record(self, token_id: str) -> None:  # noqa: ARG002 (the protocol's)
        """Return None: listings have no past."""
        return


def read_recordings(directory: Path) -> list[Recording]:
    """Read all JSON files of `directory`, oldest first. Raises RecordingUnreadable."""
    if not directory.is_dir():
        raise RecordingUnreadable(f"{directory} is not a folder")
    recordings = [_read(path) for path in sorted(directory.glob("*.json"))]
    if not recordings:
        raise RecordingUnreadable(f"{directory} has no .json file")
    books = list(_read_books(directory.parent / _BOOKS))
    shown = [
        replace(
            recording,
            books={token: row for moment, token, row in books if moment == recording.moment},
        )
        for recording in recordings
    ]
    return sorted(shown, key=lambda recording: recording.moment)


def _read(path: Path) -> Recording:
    return Recording(path.name, _moment(path), list(_as_events(_rows(path))))


def _read_books(directory: Path) -> Iterator[tuple[datetime, str, Row]]:
    """Yield moment, token id and book; nothing where there is no such folder."""
    for path in sorted(directory.glob("*.json")):
        for row in _rows(path):
            if "asset_id" in row:
                yield _moment(path), row["asset_id"], row


def _moment(path: Path) -> datetime:
    """Return noon UTC of the date in the name."""
    date = _DATE.search(path.name)
    if date is None:
        raise RecordingUnreadable(f"{path.name}: no date like 2026-01-31 in the name")
    return datetime.combine(datetime.fromisoformat(date.group()).date(), time(12), UTC)


def _rows(path: Path) -> list[Row]:
    try:
        return _unwrap(json.loads(path.read_text()))
    except ValueError as error:
        raise RecordingUnreadable(f"{path.name}: {error}") from error


def _unwrap(content: Any) -> list[Row]:
    """Return the rows of a bare array, of one inside an object, or the object as the only row."""
    if isinstance(content, Mapping):
        if "markets" in content and "title" in content:
            return [content]
        wrapped = next((content[key] for key in _WRAPPERS if key in content), content)
        content = wrapped if isinstance(wrapped, list) else [wrapped]
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        raise ValueError("neither events nor markets")
    return content


def _as_events(rows: Iterable[Row]) -> Iterable[Row]:
    """Yield events as they are, and markets under their event or one made for them."""
    events: dict[str, dict[str, Any]] = {}
    for row in rows:
        if "markets" in row:
            yield row
            continue
        market = {key: value for key, value in row.items() if key != "events"}
        named = (row.get("events") or [_own_event(row)])[0]
        events.setdefault(named["id"], {**named, "markets": []})["markets"].append(market)
    yield from events.values()


def _own_event(market: Row) -> Row:
    shared = ("slug", "startDate", "endDate", "active", "closed", "archived", "negRisk")
    event = {key: market[key] for key in shared if key in market}
    totals = {"liquidity": "liquidityNum", "volume": "volumeNum", "volume24hr": "volume24hr"}
    event |= {key: market[source] for key, source in totals.items() if source in market}
    return {"id": f"of-market-{market['id']}", "title": market["question"], **event}
