"""How many environments a function has, during a burst and after it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.aws.environments import Environments, Handler, TooManyRequestsException

IDLE_SECONDS = 0.05


class Opened:
    """Environments that say when one of them has been closed."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.closed: list[int] = []
        self._has_closed = threading.Condition()

    def one(self) -> tuple[FakeEnvironment, Handler]:
        number = len(self.numbers)
        self.numbers.append(number)
        return FakeEnvironment(number, self), lambda event, context: number

    def close(self, number: int) -> None:
        with self._has_closed:
            self.closed.append(number)
            self._has_closed.notify_all()

    def wait_until_closed(self, count: int) -> None:
        with self._has_closed:
            assert self._has_closed.wait_for(lambda: len(self.closed) >= count, timeout=10)


class FakeEnvironment:
    def __init__(self, number: int, opened: Opened) -> None:
        self._number = number
        self._opened = opened

    def close(self) -> None:
        self._opened.close(self._number)


def _burst(environments: Environments, size: int) -> None:
    """Lend `size` environments at once."""
    all_lent = threading.Barrier(size)

    def lend(_: int) -> None:
        with environments.lent(10):
            all_lent.wait(timeout=10)

    with ThreadPoolExecutor(size) as threads:
        list(threads.map(lend, range(size)))


def test_after_a_burst_one_stays_warm_and_is_used_again() -> None:
    opened = Opened()
    environments = Environments(opened.one, idle_seconds=IDLE_SECONDS)
    _burst(environments, 8)
    opened.wait_until_closed(7)
    with environments.lent(1) as handler:
        warm = handler({}, None)
    assert len(opened.numbers) == 8
    assert warm not in opened.closed
    environments.close()
    assert sorted(opened.closed) == opened.numbers


def test_those_that_are_needed_again_stay_open() -> None:
    opened = Opened()
    environments = Environments(opened.one, idle_seconds=60)
    for _ in range(3):
        _burst(environments, 4)
    assert len(opened.numbers) == 4
    environments.close()
    assert sorted(opened.closed) == opened.numbers


def test_no_more_than_the_most_are_open_and_the_others_wait() -> None:
    opened = Opened()
    environments = Environments(opened.one, most=2)
    with ThreadPoolExecutor(10) as threads:

        def lend(_: int) -> None:
            with environments.lent(10):
                threading.Event().wait(0.002)

        list(threads.map(lend, range(50)))
    assert len(opened.numbers) <= 2


def test_who_waits_too_long_is_told_so() -> None:
    opened = Opened()
    environments = Environments(opened.one, most=1)
    with environments.lent(1), pytest.raises(TooManyRequestsException), environments.lent(0.01):
        pass
    with environments.lent(0.01):
        pass
    assert len(opened.numbers) == 1
