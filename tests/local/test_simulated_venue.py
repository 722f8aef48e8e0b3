"""The simulated exchange is repeatable, looks like the recorded one, and decides what it asks."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.exchange.simulated import EPOCH, RunningVenue, SimulatedVenue
from local.exchange.topics import write_topic

YES_WINS, NO_WINS, HALF_EACH = ["1", "0"], ["0", "1"], ["0.5", "0.5"]


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=30), topics=300, shares={})


def _markets(venue: SimulatedVenue) -> list[dict[str, Any]]:
    return [market for event in venue.events() for market in event["markets"]]


def test_the_same_seed_is_the_same_exchange_however_the_clock_moves() -> None:
    end = EPOCH + timedelta(hours=30)
    stepped = SimulatedVenue(seed=5, topics=20)
    for minutes in range(0, 31 * 60, 7):
        stepped.advance_to(min(EPOCH + timedelta(minutes=minutes), end))
        if minutes % 5 == 0:
            stepped.events()
    assert stepped.events() == SimulatedVenue(seed=5, start=end, topics=20).events()
    assert stepped.events() != SimulatedVenue(seed=6, start=end, topics=20).events()


def test_another_seed_asks_and_answers_otherwise() -> None:
    topics = (write_topic(seed, 0, EPOCH, timedelta(days=10)) for seed in (1, 2))
    first, second = (topic.questions[0].price.at(0.5) for topic in topics)
    assert first != second


def test_a_running_exchange_goes_on_from_its_start() -> None:
    start = EPOCH + timedelta(days=1)
    running = RunningVenue(start)
    assert timedelta(0) <= running.now() - start < timedelta(minutes=1)
    assert running.events() == SimulatedVenue(start=start).events()


def test_rows_look_like_recorded_ones(venue: SimulatedVenue) -> None:
    for market in _markets(venue):
        assert None not in market.values()
        assert len(json.loads(market["outcomes"])) == 2
        tokens = json.loads(market.get("clobTokenIds") or "[]")
        assert len(tokens) == (2 if market["conditionId"] else 0)
        assert isinstance(market.get("liquidity", ""), str)
        if market.get("feesEnabled"):
            assert market["feeSchedule"]["rate"] > 0
        else:
            assert "feeSchedule" not in market
    assert Counter(market.get("feesEnabled") for market in _markets(venue)).keys() == {
        None,
        True,
        False,
    }
    schedules = [market["feeSchedule"] for market in _markets(venue) if "feeSchedule" in market]
    assert {schedule.get("exponent") for schedule in schedules} == {None, 1}


def test_quotes_lie_on_the_grid_around_the_price(venue: SimulatedVenue) -> None:
    traded = [market for market in _markets(venue) if market["active"] and not market["closed"]]
    for market in traded:
        if "outcomePrices" not in market:
            assert (market["bestBid"], market["bestAsk"], market["spread"]) == (0, 1, 1)
            continue
        bid, ask = market.get("bestBid", 0), market["bestAsk"]
        for price in (bid, ask):
            ticks = price / market["orderPriceMinTickSize"]
            assert ticks == pytest.approx(round(ticks))
        yes, no = map(float, json.loads(market["outcomePrices"]))
        assert 0 <= bid < ask < 1
        assert yes == pytest.approx((bid + ask) / 2)
        assert yes + no == pytest.approx(1)
        assert market["spread"] == pytest.approx(ask - bid)


def test_price_changes_are_those_of_the_prices_shown() -> None:
    venue = SimulatedVenue(seed=2, topics=20)
    before = _prices(venue)
    venue.advance_to(EPOCH + timedelta(days=1))
    after = _prices(venue)
    changes = {market["id"]: market.get("oneDayPriceChange") for market in _markets(venue)}
    both = before.keys() & after.keys()
    assert len(both) > 10
    for market_id in both:
        change = pytest.approx(after[market_id] - before[market_id], abs=1e-9)
        assert changes[market_id] == change


def _prices(venue: SimulatedVenue) -> dict[str, float]:
    return {
        market["id"]: float(json.loads(market["outcomePrices"])[0])
        for market in _markets(venue)
        if "outcomePrices" in market and not market["closed"]
    }


def test_markets_resolve_and_leave_the_open_listing(venue: SimulatedVenue) -> None:
    resolved = [market for market in _markets(venue) if market["closed"]]
    endings = Counter(market.get("outcomePrices", "none") for market in resolved)
    assert sum(endings.values()) > 300
    assert endings[json.dumps(YES_WINS)] > 50
    assert endings[json.dumps(NO_WINS)] > 50
    for market in resolved:
        assert market["active"]
        assert datetime.fromisoformat(market["closedTime"]) <= venue.now()


def test_odd_endings_are_seen_too(venue: SimulatedVenue) -> None:
    resolved = [market for market in _markets(venue) if market["closed"]]
    decided = (json.dumps(YES_WINS), json.dumps(NO_WINS))
    final = [market for market in resolved if market.get("outcomePrices") in decided]
    assert any("umaResolutionStatus" not in market for market in final)
    assert any(market["acceptingOrders"] for market in resolved)
    seen = {market.get("outcomePrices") for market in resolved}
    assert {None, json.dumps(["0", "0"]), json.dumps(HALF_EACH)} <= seen
    disputed = json.dumps(["proposed", "disputed", "proposed"])
    assert any(market["umaResolutionStatuses"] == disputed for market in resolved)


def test_odd_endings_are_put_right_after_some_days(venue: SimulatedVenue) -> None:
    odd = {
        market["id"]
        for market in _markets(venue)
        if market["closed"] and market.get("outcomePrices") in (None, json.dumps(["0", "0"]))
    }
    later = SimulatedVenue(seed=1, start=venue.now() + timedelta(days=3), topics=300, shares={})
    rows = {market["id"]: market for market in _markets(later)}
    for market_id in odd:
        assert rows[market_id]["umaResolutionStatus"] == "resolved"
        assert json.loads(rows[market_id]["outcomePrices"]) in (YES_WINS, NO_WINS, HALF_EACH)


def test_some_ends_are_postponed_once_they_have_passed_and_some_come_early(
    venue: SimulatedVenue,
) -> None:
    later = SimulatedVenue(seed=1, start=venue.now() + timedelta(days=10), topics=300, shares={})
    shown = {market["id"]: market for market in _markets(later) if "endDate" in market}
    postponed = [
        (market, shown[market["id"]])
        for market in _markets(venue)
        if "endDate" in market and market["endDate"] != shown[market["id"]]["endDate"]
    ]
    assert len(postponed) > 3
    for before, after in postponed:
        assert before["endDate"] < after["endDate"]
        assert datetime.fromisoformat(before["endDate"]) <= later.now()
    closed = [market for market in shown.values() if market["closed"]]
    early = [market for market in closed if market["closedTime"][:10] < market["endDate"][:10]]
    assert 0.01 < len(early) / len(closed) < 0.08


def test_a_result_is_proposed_and_sometimes_disputed_before_it_counts(
    venue: SimulatedVenue,
) -> None:
    waiting = Counter(
        market["umaResolutionStatus"]
        for market in _markets(venue)
        if not market["closed"] and "umaResolutionStatus" in market
    )
    assert waiting.keys() == {"proposed", "disputed"}


def test_a_negrisk_event_has_at_most_one_winner(venue: SimulatedVenue) -> None:
    decided = [event for event in venue.events() if event["closed"] and event["negRisk"]]
    assert len(decided) > 20
    for event in decided:
        prices = [json.loads(market.get("outcomePrices", "[]")) for market in event["markets"]]
        winners = prices.count(YES_WINS)
        unsettled = any(
            market["closed"] and "umaResolutionStatus" not in market for market in event["markets"]
        )
        assert winners == 1 or (winners == 0 and (event["negRiskAugmented"] or unsettled))
