"""Which of two portfolios is better, and how sure that is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prescient.core.market.markets import EventId
from prescient.core.performance.comparison import (
    Contributions,
    Difference,
    Unit,
    Verdict,
    compare,
    event_contributions,
)
from prescient.core.performance.estimates import estimates_by_days
from prescient.core.performance.long_run import cosine_count
from prescient.core.performance.planning import days_needed, detectable
from prescient.core.performance.series import DailySeries, EquityPoint
from tests.performance.histories import day, of_days, series


def walk_points(
    *drifts: float, days: int = 60, noise: float = 0.01, seed: int = 1
) -> list[EquityPoint]:
    """Portfolios 0, 1, … that share the market's moves and drift apart by this much a day."""
    random = np.random.default_rng(seed)
    market = random.normal(0, 0.02, days)
    points: list[EquityPoint] = []
    for number, drift in enumerate(drifts):
        growth = 1 + market + drift + random.normal(0, noise, days)
        cents = np.rint(1_000_000 * np.cumprod(growth)).astype(int)
        points += of_days([str(D(int(value)).scaleb(-2)) for value in cents], number)
    return points


def walks(*drifts: float, days: int = 60, noise: float = 0.01, seed: int = 1) -> DailySeries:
    return series(walk_points(*drifts, days=days, noise=noise, seed=seed))


def compared(found: DailySeries, *events: Contributions) -> Difference:
    (difference,) = compare(found, [(0, 1)], dict(enumerate(events)))
    return difference


def of_events(sums: list[float]) -> dict[EventId, float]:
    return {EventId(f"event{number:03}"): value for number, value in enumerate(sums)}


def test_one_that_is_ahead_every_day_is_better() -> None:
    found = compared(walks(0.02, 0.0))
    assert found.verdict is Verdict.BETTER
    assert found.told is not None
    assert 0 < found.told.low < 0.02 < found.told.high
    assert found.told.p_value < 0.005
    assert found.told.above_zero > 0.995
    assert found.more_days == 0
    assert found.sentence("Momentum", "Random").startswith("Momentum is ahead of Random by ")


def test_the_other_way_round_is_its_mirror_image() -> None:
    forth, back = compare(walks(0.02, 0.0), [(0, 1), (1, 0)])
    assert forth.told is not None
    assert back.told is not None
    assert back.verdict is Verdict.WORSE
    assert (back.told.low, back.told.high) == (-forth.told.high, -forth.told.low)
    assert back.sentence("a", "b") == forth.sentence("b", "a")


def test_what_the_market_moves_both_by_is_no_difference() -> None:
    found = compared(walks(0.0, 0.0, noise=0.001))
    assert found.told is not None
    assert found.told.margin < 0.002


def test_what_cannot_be_told_yet_says_how_many_days_it_takes() -> None:
    found = compared(walks(0.003, 0.0, seed=4))
    assert (found.verdict, found.days, found.last_day) == (Verdict.NOT_YET, 60, day(59))
    assert found.more_days is not None
    assert found.more_days > 1
    assert (
        found.sentence("A", "B")
        == f"A and B cannot be told apart yet: {found.more_days} more days."
    )
    assert found.told is not None
    assert found.detectable is not None
    assert abs(found.told.mean) < found.detectable


def test_a_twin_that_did_the_same() -> None:
    points = [*of_days(range(100, 140)), *of_days(range(100, 140), portfolio_id=0)]
    found = compared(series(points))
    assert (found.verdict, found.told, found.more_days) == (Verdict.SAME, None, None)
    assert found.sentence("A", "B") == "A and B did the same on every day."


def apart(*differences: float) -> DailySeries:
    """A portfolio that returns nothing, and one that returns these fractions beside it."""
    growth = np.cumprod(1 + np.array(differences))
    cents = [str(D(round(value * 10**9)).scaleb(-2)) for value in growth]
    return series([*of_days([10_000_000, *cents], 0), *of_days([100] * (len(cents) + 1), 1)])


@pytest.mark.parametrize(
    "differences",
    [
        [0.001] * 29,  # ahead by as much on every day
        [0.0] * 15 + [0.01] + [0.0] * 13,  # apart on one day
        [0.001] * 15 + [0.0011] + [0.001] * 13,
        [0.0] * 60 + [0.05, 0.05] + [0.0] * 60,
        [0.01] * 10,
    ],
)
def test_a_difference_that_hardly_varies_has_no_interval_and_no_verdict(
    differences: list[float],
) -> None:
    found = compared(apart(*differences), of_events([0.01 * number for number in range(12)]))
    assert (found.verdict, found.told, found.by_days) == (Verdict.NO_DEVIATION, None, None)
    assert (found.detectable, found.more_days) == (None, None)
    assert found.sentence("A", "B") == (
        "A and B cannot be told apart yet: their difference varies on too few days, or in too few"
        " events."
    )


def test_a_difference_of_some_days_among_many_has_an_interval_of_its_size() -> None:
    found = compared(apart(*[0.0, 0.0, 0.01, 0.0, -0.004, 0.002] * 8))
    assert found.told is not None
    assert found.told.margin < 0.01


@pytest.mark.parametrize("sums", [[0.0] * 20, [0.3] + [0.0] * 29, [0.01, 0.02] + [0.0] * 28])
def test_events_of_which_nearly_all_added_the_same_tell_nothing(sums: list[float]) -> None:
    found = compared(walks(0.02, 0.0), of_events(sums))
    assert (found.verdict, found.told, found.events) == (Verdict.NO_DEVIATION, None, len(sums))


@given(
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 1e-6, 0.001, -0.03]), min_size=10, max_size=40),
    st.lists(st.sampled_from([0.0, 0.0, 0.0, 1e-6, 0.5, -0.2]), max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_no_interval_is_wider_than_what_the_days_and_events_show(
    days: list[float], sums: list[float]
) -> None:
    """A difference beyond a hundred times the largest of its days or events is no estimate."""
    found = compared(apart(*days), of_events(sums))
    largest = max(map(abs, [*days, *sums]))
    assert found.told is None or found.told.margin <= 100 * largest
    assert (found.told is None) == (found.verdict in _WITHOUT_INTERVAL)


_WITHOUT_INTERVAL = {Verdict.NO_DEVIATION, Verdict.SAME, Verdict.TOO_FEW_DAYS}


def test_too_few_days_in_common() -> None:
    late = [point._replace(at=point.at + timedelta(days=31)) for point in of_days(range(100, 109))]
    found = compared(series([*of_days(range(50, 90), portfolio_id=0), *late]))
    assert (found.verdict, found.days, found.told) == (Verdict.TOO_FEW_DAYS, 9, None)
    assert "share fewer than 10 days" in found.sentence("A", "B")
    never = [point._replace(at=point.at + timedelta(days=90)) for point in of_days([1])]
    assert compared(series([*of_days([5, 0], portfolio_id=0), *never])).days == 0


def test_the_wider_of_both_intervals_is_told() -> None:
    found = walks(0.02, 0.0)
    few = compared(found, of_events([0.9, 0.1, 0.2]))
    assert few.by_events is not None
    assert few.by_days is not None
    assert few.by_events.margin > few.by_days.margin
    assert (few.unit, few.told, few.verdict) == (Unit.EVENTS, few.by_events, Verdict.NOT_YET)
    many = compared(found, of_events([0.012] * 50 + [0.0118] * 50))
    assert (many.unit, many.told, many.verdict) == (Unit.DAYS, many.by_days, Verdict.BETTER)
    assert many.events == 100


def test_events_of_both_are_set_off_against_each_other() -> None:
    same = of_events([0.5, 0.2, 0.3] * 4)
    less = {event: value - 0.01 for event, value in list(same.items())[:4]}
    found = compared(walks(0.02, 0.0), same, same | less)
    assert found.events == 12
    assert found.by_events is not None
    deviation = np.std([0.01] * 4 + [0.0] * 8, ddof=1)
    assert found.by_events.standard_error == pytest.approx(12**0.5 * deviation / 60)


def test_one_event_tells_nothing_however_many_days_it_lasts() -> None:
    found = compared(walks(0.02, 0.0), of_events([1.2]))
    assert (found.verdict, found.by_events) == (Verdict.ONE_EVENT, None)
    assert found.more_days is None
    assert "one event alone" in found.sentence("A", "B")


def test_what_an_event_added() -> None:
    profits = {EventId("e"): D("12.50"), EventId("f"): D("-25.00")}
    assert event_contributions(profits, D(1000)) == {"e": 0.0125, "f": -0.025}
    assert event_contributions(profits, D(0)) == {}


def test_nothing_flickers_and_other_pairs_change_nothing() -> None:
    found = walks(*np.linspace(0, 0.002, 12), days=90)
    pairs = [(first, second) for first in range(12) for second in range(first)]
    together = compare(found, pairs)
    assert [repr(difference) for difference in together] == [
        repr(compare(found, [pair])[0]) for pair in pairs
    ]


def test_a_longer_history_of_another_changes_nothing() -> None:
    points = walk_points(0.0, 0.001)
    old = [point._replace(at=point.at - timedelta(days=900)) for point in of_days([7, 8] * 450, 99)]
    assert repr(compared(series([*points, *old]))) == repr(compared(series(points)))


def test_an_estimate_does_not_depend_on_how_many_are_made_at_once() -> None:
    rows = np.random.default_rng(3).standard_normal((300, 45))
    together = estimates_by_days(rows, [7])
    for row in (0, 1, 150, 299):
        assert repr(estimates_by_days(rows[row : row + 1], [7])) == repr([together[row]])
    assert estimates_by_days(rows[:1], [8]) != together[:1]


def test_a_plan_that_takes_too_long_is_none() -> None:
    assert days_needed(0.0, 1.0, 30) is None
    assert days_needed(0.001, 1.0, 30) is None
    assert days_needed(100.0, 1.0, 30) is not None


@pytest.mark.parametrize("rounding", [1e-13, -1e-18, 1e-300, 5e-324])
def test_no_plan_begins_with_a_mean_that_is_rounding(rounding: float) -> None:
    assert days_needed(rounding, 1e-15, 30) is None
    assert days_needed(rounding, 1.0, 30) is None


def test_a_difference_as_large_as_these_days_can_show_needs_no_more_days() -> None:
    for days in (30, 90, 365):
        planned = days_needed(detectable(0.01, cosine_count(days)), 0.01, days)
        assert planned == pytest.approx(days, abs=1)
