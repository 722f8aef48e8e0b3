"""The next page is fetched while the last one is stored, and nothing else changes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from threading import Event

import pytest

from prescient.usecases.support.prefetch import prefetched


def test_the_next_item_is_made_while_its_forerunner_is_used_and_no_later_one() -> None:
    made = [Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    used = []
    for number in prefetched(items()):
        used.append(number)
        assert all(event.wait(timeout=10) for event in made[number : number + 2])
        assert not any(event.is_set() for event in made[number + 2 :])
    assert used == [0, 1, 2]


def test_a_failure_comes_in_the_place_of_its_item() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("page 2")

    made = prefetched(items())
    assert next(made) == 1
    with pytest.raises(LookupError, match="page 2"):
        next(made)


def test_who_stops_early_waits_for_the_item_in_the_making_and_for_no_further_one() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(3):
            made.append(number)
            yield number

    started = prefetched(items())
    next(started)
    assert isinstance(started, Generator)
    started.close()
    assert made == [0, 1]
