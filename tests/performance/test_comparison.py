"""Which of two portfolios is better, and how sure that is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import numpy as np
import pytest

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


def test_one_that_is_ahead_by_the_same_every_day_is_better() -> None:
    grown = [str(D(2**number * 100)) for number in range(20)]
    found = compared(series([*of_days(grown, 0), *of_days([100] * 20, 1)]))
    assert found.verdict is Verdict.BETTER
    steady = estimates_by_days(np.full((1, 20), 0.001), [1])[0]
    assert 0 < steady.low <= steady.high


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
    found = compared(walks(0.02, 0.0), same, same | {EventId("event000"): 0.49})
    assert found.events == 12
    assert found.by_events is not None
    assert found.by_events.standard_error == pytest.approx(0.01 / 60)


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


def test_a_difference_as_large_as_these_days_can_show_needs_no_more_days() -> None:
    for days in (30, 90, 365):
        planned = days_needed(detectable(0.01, cosine_count(days)), 0.01, days)
        assert planned == pytest.approx(days, abs=1)
