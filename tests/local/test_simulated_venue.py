"""The simulated world is repeatable, looks like the recorded one, and is fair."""

from __future__ import annotations

import json
import random
import statistics
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.exchange.beliefs import Belief
from local.exchange.simulated import EPOCH, SimulatedVenue


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=14))


def _markets(venue: SimulatedVenue) -> list[dict[str, Any]]:
    return [market for event in venue.events() for market in event["markets"]]


def test_the_same_seed_is_the_same_world_however_the_clock_moves() -> None:
    end = EPOCH + timedelta(hours=30)
    stepped = SimulatedVenue(seed=5)
    for minutes in range(0, 31 * 60, 7):
        stepped.advance_to(min(EPOCH + timedelta(minutes=minutes), end))
    assert stepped.events() == SimulatedVenue(seed=5, start=end).events()
    assert stepped.events() != SimulatedVenue(seed=6, start=end).events()


def test_rows_look_like_recorded_ones(venue: SimulatedVenue) -> None:
    markets = _markets(venue)
    for market in markets:
        assert None not in market.values()
        assert json.loads(market["outcomes"]) == ["Yes", "No"]
        assert len(json.loads(market["clobTokenIds"])) == 2
        assert isinstance(market.get("liquidity", ""), str)
    assert any("outcomePrices" not in market for market in markets)
    assert any(market["feesEnabled"] and market["feeSchedule"]["rate"] > 0 for market in markets)


def test_quotes_lie_on_the_grid_around_the_price(venue: SimulatedVenue) -> None:
    for market in _markets(venue):
        if not market["active"] or market["closed"]:
            continue
        bid, ask = market.get("bestBid", 0), market["bestAsk"]
        ticks = bid / market["orderPriceMinTickSize"]
        assert ticks == pytest.approx(round(ticks))
        yes, no = map(float, json.loads(market["outcomePrices"]))
        assert 0 <= bid < ask <= 1
        assert bid <= yes <= ask
        assert yes + no == pytest.approx(1)


def test_markets_resolve_and_leave_the_open_listing(venue: SimulatedVenue) -> None:
    resolved = [market for market in _markets(venue) if market["closed"]]
    assert len(resolved) > 10
    for market in resolved:
        assert market["active"]
        assert json.loads(market["outcomePrices"]) in (["1", "0"], ["0", "1"])
        assert market["umaResolutionStatus"] == "resolved"
        assert datetime.fromisoformat(market["closedTime"]) <= venue.now()


def test_a_negrisk_event_has_at_most_one_winner(venue: SimulatedVenue) -> None:
    decided = [event for event in venue.events() if event["closed"] and event["negRisk"]]
    assert decided
    for event in decided:
        markets = [market for market in event["markets"] if market["closed"]]
        winners = [market for market in markets if json.loads(market["outcomePrices"])[0] == "1"]
        assert len(winners) == 1 or (event["negRiskAugmented"] and not winners)


def test_prices_are_fair_bets() -> None:
    """A share bought halfway at its price pays, over many questions, what it cost."""
    profits = []
    for seed in range(4000):
        belief = Belief([0.5, 0.3, 0.2], 1.0, random.Random(seed))
        for step in range(1, 11):
            belief.learn(step / 20)
        dearest = max(enumerate(belief.probabilities()), key=lambda priced: priced[1])
        profits.append((dearest[0] == belief.truth) - dearest[1])
    error = statistics.stdev(profits) / len(profits) ** 0.5
    assert abs(statistics.mean(profits)) < 3 * error


def test_the_truth_is_known_at_the_end() -> None:
    belief = Belief([0.4, 0.6], 1.0, random.Random(1))
    for step in range(1, 101):
        belief.learn(step / 100)
    assert belief.probabilities()[belief.truth] == pytest.approx(1)
