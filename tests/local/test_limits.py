"""The exchange counts calls in real time, lets callers queue a little, and then answers 429."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from local.exchange.limits import DOCUMENTED, Limits, families
from local.exchange.simulated import SimulatedVenue
from tests.local.conftest import Serve


class Clock:
    """Real time that passes only in `sleep`."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(monotonic=clock.now, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("/events", {"gamma", "listings", "events"}),
        ("/events/keyset", {"gamma", "listings", "events"}),
        ("/markets/17", {"gamma", "listings", "markets"}),
        ("/markets/0x17", {"clob"}),
        ("/time", {"clob"}),
        ("/books", {"clob", "books"}),
        ("/prices-history", {"clob", "prices-history"}),
        ("/nowhere", {"clob"}),
    ],
)
def test_a_call_counts_against_its_families(path: str, counted: set[str]) -> None:
    assert set(families(path)) == counted


@pytest.mark.parametrize(
    ("path", "calls"),
    [("/events/keyset", 500), ("/markets", 300), ("/books", 500), ("/prices-history", 1000)],
)
def test_as_many_calls_as_documented_are_let_through(
    limits: Limits, clock: Clock, path: str, calls: int
) -> None:
    assert [limits.retry_after(path) for _ in range(calls)] == [0.0] * calls
    assert limits.retry_after(path) == pytest.approx(10)
    clock.time += 10
    assert limits.retry_after(path) == 0


def test_listings_are_limited_together(limits: Limits) -> None:
    limits.calls |= {"listings": 3}
    waits = [limits.retry_after(path) for path in ("/events", "/markets", "/events", "/markets")]
    assert waits[:3] == [0, 0, 0]
    assert waits[3] > 9
    assert limits.retry_after("/time") == 0


def test_a_short_wait_is_spent_in_the_queue(limits: Limits, clock: Clock) -> None:
    limits.calls |= {"books": 1}
    limits.retry_after("/books")
    clock.time += 9.9
    assert limits.retry_after("/books") == 0
    assert clock.time == pytest.approx(110)


def test_too_many_calls_are_told_when_to_come_back_in_both_forms(serve: Serve) -> None:
    limits = Limits(calls={**DOCUMENTED, "time": 0, "clob": 1})
    client = serve(SimulatedVenue(topics=5), limits=limits)
    assert client.request("GET", "/time").status == 200
    in_seconds, as_date = (client.request("GET", "/time") for _ in range(2))
    assert (in_seconds.status, as_date.status) == (429, 429)
    assert in_seconds.json() == {"error": "Too Many Requests"}
    assert 9 <= int(in_seconds.headers["Retry-After"]) <= 10
    sent, back = (parsedate_to_datetime(as_date.headers[key]) for key in ("Date", "Retry-After"))
    assert 8 <= (back - sent).total_seconds() <= 11
    assert client.request("GET", "/events").status == 200
