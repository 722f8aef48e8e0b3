"""Advantages over a benchmark with all trials counted, and deflated Sharpe ratios."""

from __future__ import annotations

import ffn
import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import StepM

from prescient.core.performance.ranking import (
    best_by_luck,
    daily_sharpe_ratio,
    deflated_sharpe_ratio,
    ranking,
    step_down,
)
from tests.performance.histories import of_days, series
from tests.performance.test_comparison import walks


def test_the_one_that_is_better_is_found_and_the_others_are_not() -> None:
    found = ranking(walks(0.0, 0.0, 0.02, 0.0, -0.02, days=90), [1, 2, 3, 4], benchmark_id=0)
    assert found.advantages[0].portfolio_id == 2
    told = [own.portfolio_id for own in found.advantages if own.adjusted_p <= 0.05]
    assert (told, found.days, found.left_out) == ([2], 90, ())


def test_more_trials_make_a_p_value_larger_never_smaller() -> None:
    found = walks(0.0, 0.008, *[0.0] * 30, days=60)
    few = ranking(found, [1, 2], benchmark_id=0).advantages
    many = ranking(found, range(1, 32), benchmark_id=0).advantages
    small, large = ({own.portfolio_id: own.adjusted_p for own in all_} for all_ in (few, many))
    assert small[1] <= large[1]


def test_the_young_and_the_same_are_left_out_and_the_ruined_stay() -> None:
    old = [100 + number % 5 for number in range(60)]
    points = [*of_days(old, 0), *of_days(old, 1), *of_days([100] * 40 + [0], 2)]
    young = of_days([1] * 60, 3)[31:]
    found = ranking(series([*points, *young]), [1, 2, 3], benchmark_id=0)
    assert (found.days, found.left_out) == (60, (1, 3))
    assert [own.portfolio_id for own in found.advantages] == [2]


def test_a_young_benchmark_ranks_nothing() -> None:
    points = [*of_days([1] * 60, 1), *of_days([1] * 60, 0)[31:]]
    assert ranking(series(points), [1], benchmark_id=0).advantages == ()


def test_one_that_hardly_varies_is_left_out_and_spoils_no_other() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(0, 1, (4, 60)) + np.array([0.8, 0, 0, 0])[:, None]
    steady = np.zeros((3, 60))
    steady[0, 7], steady[1], steady[2] = 5.0, 0.3, 0.3 + 1e-12 * random.normal(size=60)
    alone, beside = step_down(rows, [1]), step_down(np.vstack((rows, steady)), [1])
    assert (alone, set(beside)) == (beside, {0, 1, 2, 3})
    assert alone[0] <= 0.05
    assert step_down(steady, [1]) == {}


def test_step_down_finds_what_the_stepwise_test_of_arch_finds() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(0, 1, (8, 250)) + np.array([0.5, 0.4, 0, 0, 0, 0, 0, 0])[:, None]
    told = {row for row, value in step_down(rows, [1]).items() if value <= 0.05}
    theirs = StepM(np.zeros(250), -rows.T, size=0.05, block_size=2, reps=499, seed=1)
    theirs.compute()
    assert told == set(theirs.superior_models) == {0, 1}


def test_the_deflated_ratio_is_that_of_ffn() -> None:
    random = np.random.default_rng(5)
    returns = random.standard_t(4, 200) * 0.01 + 0.001
    trials = [0.02, -0.05, 0.11, 0.07, daily_sharpe_ratio(returns) or 0.0]
    ours = deflated_sharpe_ratio(returns, trials)
    assert ours is not None
    frame = pd.Series(returns, index=pd.date_range("2026-01-01", periods=200))
    theirs = _of_ffn(frame, trials)
    # Its skewness and kurtosis are corrected for small samples, ours are the moments of the paper.
    assert ours == pytest.approx(theirs, abs=2e-3)


def test_luck_alone() -> None:
    assert best_by_luck([0.3]) == best_by_luck([]) == 0
    draws = np.random.default_rng(1).standard_normal((2000, 20))
    expected = best_by_luck([float(x) for x in draws[0] / draws[0].std(ddof=1)])
    assert expected == pytest.approx(draws.max(axis=1).mean(), rel=0.05)


def test_short_and_flat_series_have_no_ratio() -> None:
    assert deflated_sharpe_ratio(np.arange(29.0), [0.1]) is None
    assert deflated_sharpe_ratio(np.ones(40), [0.1]) is None


@pytest.mark.parametrize("gains", [1, 2])
def test_one_good_day_or_two_are_no_skill(gains: int) -> None:
    """Their skewness would make the ratio sure: 99% for two."""
    returns = np.zeros(60)
    returns[[5, 40][:gains]] = 0.05
    assert daily_sharpe_ratio(returns) is not None
    assert deflated_sharpe_ratio(returns, [0.0]) is None
    assert deflated_sharpe_ratio(returns + np.resize([0.001, -0.001], 60), [0.0]) is not None


def _of_ffn(returns: pd.Series, trials: list[float]) -> float:
    return float(
        ffn.calc_deflated_sharpe_ratio(returns, trials, nperiods=365, annualized_trials=False)
    )
