"""Beliefs are fair bets that learn the truth, and chance gives the same answer when asked again."""

from __future__ import annotations

import statistics

import pytest

from local.exchange.beliefs import Belief
from local.exchange.chance import Bridge, Wave, unit


def test_prices_are_fair_bets() -> None:
    """A share of the favourite bought halfway pays, over many questions, what it cost."""
    profits = []
    for number in range(4000):
        belief = Belief([0.5, 0.3, 0.2], 1.0, f"question {number}", depth=8)
        place, price = max(enumerate(belief.at(0.5)), key=lambda priced: priced[1])
        profits.append((place == belief.truth) - price)
    error = statistics.stdev(profits) / len(profits) ** 0.5
    assert abs(statistics.mean(profits)) < 3 * error


def test_the_truth_is_known_at_the_end() -> None:
    belief = Belief([0.4, 0.6], 1.0, "question", depth=8)
    assert sum(belief.at(0.3)) == pytest.approx(1)
    assert belief.at(1.0)[belief.truth] == pytest.approx(1)


def test_a_belief_is_the_same_whenever_it_is_asked() -> None:
    moments = [number / 500 for number in range(500)]
    forwards, backwards = (Belief([0.4, 0.6], 1.0, "question", depth=9) for _ in range(2))
    there = [forwards.at(moment) for moment in moments]
    assert there == [backwards.at(moment) for moment in reversed(moments)][::-1]


def test_a_bridge_has_the_variance_of_a_brownian_bridge() -> None:
    bridges = [Bridge(f"path {number}", depth=10) for number in range(3000)]
    for place in (0.1, 0.5, 0.9):
        spread = statistics.pvariance(bridge.at(place) for bridge in bridges)
        assert spread == pytest.approx(place * (1 - place), rel=0.1)
    steps = statistics.pvariance(bridge.at(0.51) - bridge.at(0.5) for bridge in bridges)
    assert steps == pytest.approx(0.01 * 0.99, rel=0.1)


def test_a_wave_stays_in_its_bounds_and_comes_back() -> None:
    heights = [Wave("sea", 24).at(hour) for hour in range(5000)]
    assert max(map(abs, heights)) <= 1
    assert abs(statistics.mean(heights)) < 0.02


def test_draws_are_spread_evenly() -> None:
    draws = [unit(str(number)) for number in range(4000)]
    assert statistics.mean(draws) == pytest.approx(0.5, abs=3 * 0.2887 / 4000**0.5)
    assert all(0 < draw < 1 for draw in draws)
