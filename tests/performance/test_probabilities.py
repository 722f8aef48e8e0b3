"""Brier and log scores, their parts, and calibration beside the prices paid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from prescient.core.market.markets import EventId
from prescient.core.performance.probabilities import (
    Forecast,
    calibration,
    scores,
    wilson_interval,
)

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def test_scores_by_hand() -> None:
    found = scores([0.8, 0.8, 0.2, 1.0], [True, False, False, True])
    assert found.brier == pytest.approx((0.04 + 0.64 + 0.04 + 0) / 4)
    assert found.log == pytest.approx(-(2 * math.log(0.8) + math.log(0.2)) / 4)
    assert found.uncertainty == 0.25
    assert found.reliability == pytest.approx((2 * 0.3**2 + 0.2**2) / 4)
    assert found.resolution == pytest.approx((0 + 0.25 + 0.25) / 4)
    assert found.within_deciles == pytest.approx(0)
    assert [(own.low, own.forecasts, own.won) for own in found.deciles] == [
        (0.2, 1, 0),
        (0.8, 2, 0.5),
        (0.9, 1, 1),
    ]


@given(pairs)
def test_the_parts_add_up_to_the_score(made: list[tuple[float, bool]]) -> None:
    said, won = zip(*made, strict=True)
    found = scores(said, won)
    parts = found.reliability - found.resolution + found.uncertainty + found.within_deciles
    assert parts == pytest.approx(found.brier, abs=1e-12)
    assert sum(own.forecasts for own in found.deciles) == found.count == len(made)
    assert found.resolution <= found.uncertainty + 1e-12
    assert math.isfinite(found.log)


@given(st.integers(1, 500), st.data())
def test_wilsons_interval_is_that_of_scipy(count: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, count))
    theirs = binomtest(successes, count).proportion_ci(0.95, "wilson")
    assert wilson_interval(successes, count) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_one_who_knows_more_than_the_price_has_an_edge() -> None:
    random = np.random.default_rng(1)
    truth = random.uniform(0.2, 0.8, 400)
    made = [
        Forecast(EventId(f"e{number // 2}"), float(p), 0.5, bool(random.random() < p))
        for number, p in enumerate(truth)
    ]
    found = calibration(made, [1])
    assert found is not None
    assert found.edge is not None
    assert found.edge.low > 0
    assert found.edge.mean == pytest.approx(found.prices.brier - found.probabilities.brier)
    assert found.events == 200
    assert found.prices.brier == pytest.approx(0.25)
    assert calibration(reversed(made), [1]) == found


def test_one_who_says_the_price_has_none() -> None:
    same = [Forecast(EventId(f"e{n}"), 0.6, 0.6, n % 3 > 0) for n in range(30)]
    found = calibration(same, [1])
    assert found is not None
    assert found.edge is None
    assert found.probabilities == found.prices
    assert calibration([], [1]) is None


def test_one_event_that_was_known_better_is_no_edge() -> None:
    same = [Forecast(EventId(f"e{n}"), 0.6, 0.6, n % 3 > 0) for n in range(30)]
    found = calibration([same[0]._replace(probability=0.2), *same[1:]], [1])
    assert found is not None
    assert found.edge is None
