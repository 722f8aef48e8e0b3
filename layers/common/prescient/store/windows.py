"""Which rows of a list a reader wants: every list is read by the key of the row before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `limit` rows that follow the one with the key `after`, the first ones without it.

    A key is the moment and the number of a row, its number alone, its day, or its text. Rows count
    from the moment or day `since` until before `until`.
    """

    limit: int
    after_moment: datetime | None = None
    after_number: int | None = None
    after_day: date | None = None
    after_text: str | None = None
    since: date | None = None
    until: date | None = None

    def values(self) -> dict[str, object]:
        """The parameters by which statements know it."""
        return {
            "limit": self.limit,
            "after_moment": self.after_moment,
            "after_number": self.after_number,
            "after_day": self.after_day,
            "after_text": self.after_text,
            "since": self.since,
            "until": self.until,
        }
