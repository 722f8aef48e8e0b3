"""Recorded answers of Polymarket, which live beside the repository and are never part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from prescient.polymarket import decimal_json

FOLDER = Path(__file__).parents[3] / "shared" / "polymarket"
WRAPPERS = ("markets", "events", "body", "data")

needs_recordings = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no recorded Polymarket data in ../shared/polymarket"
)


def files(kind: str) -> list[Path]:
    """The recordings of this kind, which is their folder; none where it is absent."""
    return sorted((FOLDER / kind).glob("*.json"))


def rows(path: Path) -> list[object]:
    """The rows of one recording, freed of whatever its recorder wrapped around them."""
    return _unwrapped(decimal_json.decode(path.read_bytes()), path.parent.name)


def _unwrapped(recording: object, kind: str) -> list[object]:
    if isinstance(recording, list):
        return recording
    assert isinstance(recording, dict)
    if {"events": "id", "books": "asset_id"}.get(kind) in recording:
        return [recording]
    wrapper = next(key for key in WRAPPERS if key in recording)
    return _unwrapped(recording[wrapper], kind)
