"""What a client did and left out, for the cycle's row and the metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Running totals of one client.

    `calls` are HTTP requests, repeated ones included; `retries` are the repeated ones. `bytes` are
    body bytes as they came over the wire. `duplicates` are rows that an earlier page already had.
    `skipped` counts rows that were left out, by reason.
    """

    calls: int = 0
    retries: int = 0
    bytes: int = 0
    duplicates: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, int | dict[str, int]]:
        """The totals as plain JSON."""
        return {
            "calls": self.calls,
            "retries": self.retries,
            "bytes": self.bytes,
            "duplicates": self.duplicates,
            "skipped": dict(sorted(self.skipped.items())),
        }

    def reset(self) -> None:
        """Start again from zero."""
        self.calls = self.retries = self.bytes = self.duplicates = 0
        self.skipped.clear()
