"""The next page is fetched while the last one is stored, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from prescient.usecases.support.prefetch import Prefetched


def test_the_next_item_is_made_while_its_forerunner_is_used_and_no_later_one() -> None:
    made = [Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    used = []
    with Prefetched(items()) as coming:
        for number in coming:
            used.append(number)
            assert not any(event.is_set() for event in made[number + 1 :])
            for _ in range(2):
                coming.begin_next()
            assert all(event.wait(timeout=10) for event in made[number : number + 2])
            assert not any(event.is_set() for event in made[number + 2 :])
    assert used == [0, 1, 2]


def test_an_item_that_was_not_begun_is_made_when_it_is_asked_for() -> None:
    with Prefetched(iter([1, 2, 3])) as coming:
        assert list(coming) == [1, 2, 3]


def test_a_failure_comes_in_the_place_of_its_item() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("page 2")

    with Prefetched(items()) as coming:
        assert next(coming) == 1
        coming.begin_next()
        with pytest.raises(LookupError, match="page 2"):
            next(coming)


def test_who_stops_early_waits_for_the_item_in_the_making_and_for_no_further_one() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(3):
            made.append(number)
            yield number

    with Prefetched(items()) as coming:
        next(coming)
        coming.begin_next()
    assert made == [0, 1]
