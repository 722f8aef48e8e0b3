"""Counts of a client's calls and skipped rows, for the batch's row and the metrics."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TypedDict

from prescient.polymarket.rates import Family
from prescient.polymarket.skip_reasons import SkipReason


class CountersDocument(TypedDict):
    """Totals as plain JSON; see `Traffic` and `Counters` for what they count."""

    calls: int
    retries: int
    throttled: int
    bytes: int
    duplicates: int
    skipped: dict[str, int]
    calls_by_family: dict[str, int]
    retries_by_family: dict[str, int]
    bytes_by_family: dict[str, int]


@dataclass(slots=True)
class Traffic:
    """Totals over some calls.

    `calls` are HTTP requests, repeated ones included; `retries` are the repeated ones; `throttled`
    are the waits for our own rate limit. `bytes` are body bytes as they came over the wire.
    """

    calls: int = 0
    retries: int = 0
    throttled: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Counters:
    """Running totals of one client; threads may share it.

    `duplicates` are rows that an earlier page already had. `skipped` counts rows that were left
    out, by reason.
    """

    families: dict[Family, Traffic] = field(default_factory=dict)
    duplicates: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def calls(self) -> int:
        return sum(traffic.calls for traffic in self.families.values())

    @property
    def retries(self) -> int:
        return sum(traffic.retries for traffic in self.families.values())

    @property
    def bytes(self) -> int:
        return sum(traffic.bytes for traffic in self.families.values())

    def add(
        self,
        family: Family,
        *,
        calls: int = 0,
        retries: int = 0,
        throttled: int = 0,
        bytes_: int = 0,
    ) -> None:
        """Count traffic of one family."""
        with self._lock:
            traffic = self.families.setdefault(family, Traffic())
            traffic.calls += calls
            traffic.retries += retries
            traffic.throttled += throttled
            traffic.bytes += bytes_

    def skip(self, reason: SkipReason, rows: int = 1) -> None:
        """Count rows that were left out."""
        if rows:
            self.skipped[reason.value] += rows

    def as_dict(self) -> CountersDocument:
        """Return the totals as plain JSON: over all calls, and per family of routes."""
        families = sorted(self.families.items())
        return {
            "calls": self.calls,
            "retries": self.retries,
            "throttled": sum(traffic.throttled for _, traffic in families),
            "bytes": self.bytes,
            "duplicates": self.duplicates,
            "skipped": dict(sorted(self.skipped.items())),
            "calls_by_family": {family.value: traffic.calls for family, traffic in families},
            "retries_by_family": {
                family.value: traffic.retries for family, traffic in families if traffic.retries
            },
            "bytes_by_family": {family.value: traffic.bytes for family, traffic in families},
        }

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self.families.clear()
            self.duplicates = 0
            self.skipped.clear()
