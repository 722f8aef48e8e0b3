"""What we read of every recording, and where the official client reads it differently.

`python -m tests.polymarket.report` prints both tables; docs/market-data.md has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.polymarket import oracle, recorded
from tests.polymarket.explanations import EXPLANATIONS, kinds
from tests.polymarket.oracle import Difference, Kind


@dataclass(slots=True)
class Tally:
    """What one recording has of one kind of row."""

    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Self:
        self.rows += other.rows
        self.skipped += other.skipped
        self.differences += other.differences
        return self


@dataclass(frozen=True, slots=True)
class Report:
    """The tallies of all recordings, by file and kind."""

    tallies: dict[tuple[str, Kind], Tally]

    @property
    def differences(self) -> list[Difference]:
        return [difference for tally in self.tallies.values() for difference in tally.differences]

    def __str__(self) -> str:
        return "\n".join([*self._recordings(), "", *self._kinds()])

    def _recordings(self) -> Iterator[str]:
        yield from _head("recording", "row", "rows", "read", "skipped", "differences")
        totals: dict[tuple[str, Kind], Tally] = {}
        for (_, kind), tally in self.tallies.items():
            totals.setdefault(("all of them", kind), Tally()).__iadd__(tally)
        for (name, kind), tally in (self.tallies | totals).items():
            skipped = ", ".join(f"{count} `{why}`" for why, count in sorted(tally.skipped.items()))
            read = tally.rows - tally.skipped.total()
            yield _line(name, kind, tally.rows, read, skipped or "–", len(tally.differences))

    def _kinds(self) -> Iterator[str]:
        counted = Counter(kind for difference in self.differences for kind in kinds(difference))
        yield from _head("difference", "times", "why we read it in our way")
        for name, explanation in EXPLANATIONS.items():
            yield _line(name, counted[name], explanation.why)


def report() -> Report:
    """Read every recording with both."""
    tallies: dict[tuple[str, Kind], Tally] = {}
    for path in _paths():
        for row in recorded.classified(path):
            key = (f"{path.parent.name}/{path.stem}", row.kind)
            tally = tallies.setdefault(key, Tally())
            tally.rows += 1
            tally.differences += oracle.differences(row)
            if reason := oracle.skip_reason(row):
                tally.skipped[reason] += 1
    return Report(tallies)


def _paths() -> Iterable[Path]:
    return [path for folder in recorded.FOLDERS for path in recorded.files(folder)]


def _head(*titles: str) -> Iterator[str]:
    yield _line(*titles)
    yield "|" + "---|" * len(titles)


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    print(report())
