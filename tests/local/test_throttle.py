"""A route's bucket fills at the template's rate and never above its burst."""

from __future__ import annotations

import pytest

from local.aws.refusals import Refused
from local.aws.template import Route, Throttling
from local.aws.throttle import Throttle

ROUTE = Route("GET", "/compare", "ResearchFunction", True, ("prescient/read",))


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _accepted(throttle: Throttle, requests: int) -> int:
    accepted = 0
    for _ in range(requests):
        try:
            throttle.count(ROUTE)
        except Refused:
            continue
        accepted += 1
    return accepted


def test_a_bucket_fills_at_its_rate_and_never_above_its_burst() -> None:
    clock = Clock()
    throttle = Throttle({ROUTE.key: Throttling(rate=2, burst=5)}, clock)
    assert _accepted(throttle, 9) == 5
    clock.seconds = 1
    assert _accepted(throttle, 9) == 2
    clock.seconds = 1000
    assert _accepted(throttle, 9) == 5


def test_the_refusal_says_when_the_next_request_fits() -> None:
    clock = Clock()
    throttle = Throttle({ROUTE.key: Throttling(rate=0.1, burst=1)}, clock)
    throttle.count(ROUTE)
    with pytest.raises(Refused) as refused:
        throttle.count(ROUTE)
    assert refused.value.headers == {"retry-after": "10"}
    clock.seconds = 10
    throttle.count(ROUTE)


def test_a_route_without_a_limit_of_its_own_is_not_counted() -> None:
    assert _accepted(Throttle({}), 1000) == 1000
