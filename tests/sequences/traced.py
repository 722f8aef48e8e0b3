"""The same draws come to the same: a trace of all that a sequence stored, step after step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import ClassVar

from hypothesis.stateful import invariant

from tests.sequences.driven import Driven
from tests.sequences.rules import Sequences
from tests.world import World

OF_THE_SERVERS_CLOCK = {"created_at"}

Stored = dict[str, list[str]]
"""The rows of each table, as text."""


class Traced(Sequences):
    """Notes what is stored after each step of each sequence.

    `disturb` is done before each of them: something that must change nothing.
    """

    traces: ClassVar[list[list[Stored]]]
    disturb: ClassVar[Callable[[Driven], None]]

    def __init__(self) -> None:
        super().__init__()
        type(self).disturb(self.driven)
        self.traces.append([])

    @invariant()
    def note(self) -> None:
        self.traces[-1].append(_stored(self.driven.world))


def _stored(world: World) -> Stored:
    return {
        table: sorted(
            str({name: value for name, value in row.items() if name not in OF_THE_SERVERS_CLOCK})
            for row in rows
        )
        for table, rows in world.everything().items()
    }


def first_difference(
    first: list[list[Stored]], second: list[list[Stored]]
) -> tuple[str | None, str | None] | None:
    """The first rows that are not the same, with their sequence and step; none where one ended."""
    pairs = zip_longest(_lines(first), _lines(second))
    return next((pair for pair in pairs if pair[0] != pair[1]), None)


def _lines(traces: list[list[Stored]]) -> Iterator[str]:
    for sequence, trace in enumerate(traces):
        for step, stored in enumerate(trace):
            for table, rows in stored.items():
                yield from (f"sequence {sequence}, step {step}, {table}: {row}" for row in rows)
