"""The part of a list that a page shows: every list is paged by the key of its last row."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class Window(NamedTuple):
    """At most `limit` rows after the row with this key; without a key, the first ones.

    A key is a row's moment and number, its number alone, its day, or its text, as the list is
    sorted. Only rows from `since` until before `until`, moments or days, are listed.
    """

    limit: int
    after_moment: datetime | None = None
    after_number: int | None = None
    after_day: date | None = None
    after_text: str | None = None
    since: date | None = None
    until: date | None = None

    def values(self) -> dict[str, object]:
        """Return the parameters of the statements."""
        return {
            "limit": self.limit,
            "after_moment": self.after_moment,
            "after_number": self.after_number,
            "after_day": self.after_day,
            "after_text": self.after_text,
            "since": self.since,
            "until": self.until,
        }
