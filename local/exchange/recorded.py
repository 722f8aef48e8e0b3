"""Recorded answers as an exchange, which shows one file at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from local.exchange.recordings import Recording
from local.exchange.venue import Row


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

    def is_poisoned(self, identity: str) -> bool:  # noqa: ARG002 (the protocol's)
        """Return False: what was recorded was answered."""
        return False

    def price_record(self, token_id: str) -> None:  # noqa: ARG002 (the protocol's)
        """Return None: listings have no past."""
        return
