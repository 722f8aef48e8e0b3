"""No window of ten seconds ever has more calls than our share of the documented limit."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from prescient.polymarket.rates import (
    CLOB_FAMILIES,
    DOCUMENTED_LIMITS,
    GAMMA_FAMILIES,
    WINDOW_SECONDS,
    Family,
    RateLimit,
    RateLimiter,
)

GAMMA = RateLimit(GAMMA_FAMILIES, 12)
MARKETS = RateLimit(frozenset({Family.MARKETS}), 6)
SHARE = 0.5


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(
        st.tuples(st.sampled_from(list(GAMMA_FAMILIES)), st.floats(0, 5)), min_size=1, max_size=80
    )
)
def test_no_window_is_ever_too_full(asked: list[tuple[Family, float]]) -> None:
    time = Time()
    limiter = RateLimiter([GAMMA, MARKETS], share=SHARE, monotonic=time)
    made: list[tuple[float, Family]] = []
    for family, pause in asked:
        time.now += pause
        while wait := limiter.acquire(family):
            assert 0 < wait <= WINDOW_SECONDS
            time.now += wait
        made.append((time.now, family))
    for limit in (GAMMA, MARKETS):
        moments = [moment for moment, family in made if family in limit.families]
        for place, moment in enumerate(moments):
            within = bisect_left(moments, moment + WINDOW_SECONDS - 1e-6) - place
            assert within <= limit.calls * SHARE


def test_a_call_that_fits_does_not_wait() -> None:
    limiter = RateLimiter([MARKETS], share=SHARE, monotonic=Time())
    assert [limiter.acquire(Family.MARKETS) for _ in range(3)] == [0, 0, 0]
    assert limiter.acquire(Family.MARKETS) == WINDOW_SECONDS


def test_families_wait_only_for_their_own_limits() -> None:
    limiter = RateLimiter([GAMMA, MARKETS], share=SHARE, monotonic=Time())
    for _ in range(3):
        limiter.acquire(Family.MARKETS)
    assert limiter.acquire(Family.MARKETS) > 0
    assert limiter.acquire(Family.EVENTS) == 0
    assert limiter.acquire(Family.BOOKS) == 0


def test_without_limits_nothing_waits() -> None:
    limiter = RateLimiter([], monotonic=Time())
    assert not any(limiter.acquire(Family.EVENTS) for _ in range(10_000))


def test_every_family_belongs_to_one_host_and_is_limited() -> None:
    """The documented numbers, per ten seconds (polymarket/API.md)."""
    assert set(Family) == GAMMA_FAMILIES | CLOB_FAMILIES
    assert {
        family: min(limit.calls for limit in DOCUMENTED_LIMITS if family in limit.families)
        for family in Family
    } == {
        Family.EVENTS: 500,
        Family.MARKETS: 300,
        Family.BOOKS: 500,
        Family.PRICES_HISTORY: 1000,
        Family.CLOB_MARKETS: 9000,
        Family.TIME: 9000,
    }
