"""Recorded answers of Polymarket, which live beside the repository and are never part of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from prescient.core.market.markets import EventId
from prescient.polymarket import decimal_json
from tests.polymarket.oracle import Kind, RecordedRow

FOLDER = Path(__file__).parents[3] / "shared" / "polymarket"
FOLDERS = ("events", "markets", "books", "clob_markets", "history")
WRAPPERS = ("markets", "events", "body", "data", "history")
KINDS = {
    "markets": Kind.MARKET,
    "books": Kind.BOOK,
    "history": Kind.PRICE_POINT,
    "clob_markets": Kind.RESOLUTION,
}
# A recording of calls of all sorts: what their first path segment answers, as a folder.
ROUTES = {"events": "events", "markets": "markets", "book": "books", "prices-history": "history"}
UNREAD_ROUTES = {"midpoint", "spread", "last-trade-price", "time"}  # no call of ours, or no model
FAILED = 400

needs_recordings = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no recorded Polymarket data in ../shared/polymarket"
)


def files(kind: str) -> list[Path]:
    """The recordings of this kind, which is their folder; none where it is absent."""
    return sorted((FOLDER / kind).glob("*.json"))


def rows(path: Path) -> list[Any]:
    """The rows of one recording, freed of whatever its recorder wrapped around them."""
    return _unwrapped(decimal_json.decode(path.read_bytes()), path.parent.name)


def classified(path: Path) -> Iterator[RecordedRow]:
    """Every row of a recording with its kind; the markets of an event follow it."""
    folder, text = path.parent.name, path.read_bytes()
    ours, theirs = (_walk(decode(text), folder) for decode in (_decimals, _floats))
    for (kind, row, event_id), (_, as_floats, _) in zip(ours, theirs, strict=True):
        yield RecordedRow(kind, row, as_floats, event_id)


_decimals: Callable[[bytes], Any] = decimal_json.decode
_floats: Callable[[bytes], Any] = json.loads


def _walk(recording: Any, folder: str) -> Iterator[tuple[Kind, Any, EventId | None]]:
    if isinstance(recording, dict) and "results" in recording:
        for call in recording["results"]:
            yield from _walk_call(call)
        return
    for row in _unwrapped(recording, folder):
        if folder != "events":
            yield KINDS[folder], row, None
            continue
        yield Kind.EVENT, row, None
        for market in row["markets"]:
            yield Kind.MARKET, market, EventId(str(row["id"]))


def _walk_call(call: Any) -> Iterator[tuple[Kind, Any, EventId | None]]:
    route = urlsplit(call["url"]).path.split("/")[1]
    if call["status"] >= FAILED or route in UNREAD_ROUTES:
        return
    yield from _walk(call["sampleData"], ROUTES[route])


def _unwrapped(recording: Any, folder: str) -> list[Any]:
    if isinstance(recording, list):
        return recording
    assert isinstance(recording, dict)
    if {"events": "id", "markets": "id", "books": "asset_id"}.get(folder) in recording:
        return [recording]
    wrapper = next(key for key in WRAPPERS if key in recording)
    return _unwrapped(recording[wrapper], folder)
