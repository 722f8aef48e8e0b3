"""What is served has the oddities of `API.md` at their recorded shares.

A served share must lie within three standard errors of the recorded one, and half a percent where
that is stated in whole percents. The error is the binomial's, for rows that were drawn alone; where
whole events were drawn, it is that of a ratio over events, which is the binomial's for events of
one row. Seed and moment are fixed, so that the test answers the same every time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request

from local.exchange.server import respond
from local.exchange.simulated import EPOCH, SimulatedVenue
from tests.local.shares import assert_share

Row = dict[str, Any]
NOW = EPOCH + timedelta(days=14)
RECORDED_ROWS, RECORDED_EVENTS = 1684, 137
ROUNDING = 0.005


@pytest.fixture(scope="module")
def events() -> list[Row]:
    """The open listing of a large exchange, page by page as the exchange serves it."""
    venue = SimulatedVenue(seed=1, start=NOW, topics=1500)
    listed: list[Row] = []
    query = {"closed": "false", "limit": "500"}
    while True:
        request = Request.from_values("/events/keyset", query_string=query)
        page = json.loads(respond(venue, request).data)
        listed += page["events"]
        if "next_cursor" not in page:
            return listed
        query["after_cursor"] = page["next_cursor"]


def _live(market: Row) -> bool:
    return bool(market["active"]) and not market["closed"]


def _placeholder(market: Row) -> bool:
    return not market["active"] and not market["closed"] and market["acceptingOrders"]


def _empty_book(market: Row) -> bool:
    return market.get("bestBid") == 0 and market.get("bestAsk") == 1


def _past_its_end(market: Row) -> bool:
    return "endDate" in market and datetime.fromisoformat(market["endDate"]) < NOW


def _fine_tick(market: Row) -> bool:
    return bool(market["orderPriceMinTickSize"] == 0.001)


def _off_grid(market: Row) -> bool:
    if "outcomePrices" not in market:
        return False
    ticks = float(json.loads(market["outcomePrices"])[0]) / market["orderPriceMinTickSize"]
    return bool(abs(ticks - round(ticks)) > 1e-6)


def _other_names(market: Row) -> bool:
    return bool(json.loads(market["outcomes"]) != ["Yes", "No"])


def _other_end(market: Row, event: Row) -> bool:
    return "endDate" in market and bool(market["endDate"] != event["endDate"])


def _without(key: str) -> Callable[[Row], bool]:
    return lambda market: key not in market


OF_ROWS: list[tuple[str, float, float, Callable[[Row], bool]]] = [
    ("placeholder", 0.21, ROUNDING, _placeholder),
    ("outcomePrices missing", 0.24, ROUNDING, _without("outcomePrices")),
    (
        "outcomePrices missing, live",
        60 / RECORDED_ROWS,
        0,
        lambda market: _live(market) and "outcomePrices" not in market,
    ),
    ("bestBid missing", 0.15, ROUNDING, _without("bestBid")),
    ("empty book", 0.24, ROUNDING, _empty_book),
    ("volume24hr missing", 0.13, ROUNDING, _without("volume24hr")),
    ("liquidity missing", 0.04, ROUNDING, _without("liquidity")),
    ("volume missing", 0.03, ROUNDING, _without("volume")),
    (
        "live without endDate",
        7 / RECORDED_ROWS,
        0,
        lambda market: _live(market) and "endDate" not in market,
    ),
    (
        "live past its endDate",
        106 / RECORDED_ROWS,
        0,
        lambda market: _live(market) and _past_its_end(market),
    ),
    (
        "live, not accepting orders",
        58 / RECORDED_ROWS,
        0,
        lambda market: _live(market) and not market["acceptingOrders"],
    ),
    ("other outcomes than Yes and No", 0.08, ROUNDING, _other_names),
    ("tick 0.001", 0.61, ROUNDING, _fine_tick),
    ("price off its tick grid", 0.50, ROUNDING, _off_grid),
    ("no conditionId", 2 / RECORDED_ROWS, 0, lambda market: market["conditionId"] == ""),
]


@pytest.mark.parametrize(
    ("recorded", "rounding", "is_odd"),
    [pytest.param(*rest, id=name) for name, *rest in OF_ROWS],
)
def test_rows_are_odd_as_often_as_recorded(
    events: list[Row], recorded: float, rounding: float, is_odd: Callable[[Row], bool]
) -> None:
    counts = [
        (sum(is_odd(market) for market in event["markets"]), len(event["markets"]))
        for event in events
    ]
    assert_share(counts, recorded, rounding)


def test_markets_end_at_another_time_than_their_events_as_often_as_recorded(
    events: list[Row],
) -> None:
    counts = [
        (sum(_other_end(market, event) for market in event["markets"]), len(event["markets"]))
        for event in events
    ]
    assert_share(counts, 0.09, ROUNDING)


def test_open_events_contain_closed_markets_as_often_as_recorded(events: list[Row]) -> None:
    counts = [(any(market["closed"] for market in event["markets"]), 1) for event in events]
    assert_share(counts, 12 / RECORDED_EVENTS, 0)


def test_a_live_market_without_a_bid_has_an_ask_of_half_a_cent_at_most(
    events: list[Row],
) -> None:
    without_bid = [
        market
        for event in events
        for market in event["markets"]
        if _live(market) and "bestBid" not in market
    ]
    assert len(without_bid) > 100
    assert max(market["bestAsk"] for market in without_bid) <= 0.005


def test_prices_are_missing_exactly_where_the_book_is_empty(events: list[Row]) -> None:
    for event in events:
        for market in event["markets"]:
            if not market["closed"]:
                assert _empty_book(market) == ("outcomePrices" not in market)


def test_yes_prices_of_negrisk_events_add_up_within_the_recorded_range(
    events: list[Row],
) -> None:
    groups = [event for event in events if event["negRisk"]]
    augmented = [_yes_sum(event) for event in groups if event["negRiskAugmented"]]
    complete = [_yes_sum(event) for event in groups if not event["negRiskAugmented"]]
    assert len(augmented) > 100
    assert len(complete) > 100
    assert 0.875 < min(augmented) <= max(augmented) < 0.985
    assert 0.859 <= min(complete) < 0.96
    assert 1.005 < max(complete) <= 1.021


def _yes_sum(event: Row) -> float:
    """What the YES of all markets that are quoted costs at their middles."""
    quoted = [market for market in event["markets"] if market["active"]]
    return math.fsum(
        float(json.loads(market["outcomePrices"])[0])
        for market in quoted
        if "outcomePrices" in market
    )


def test_numbers_are_ints_and_floats_and_dates_come_in_every_form(events: list[Row]) -> None:
    markets = [market for event in events for market in event["markets"]]
    assert {type(market["liquidityNum"]) for market in markets if "liquidityNum" in market} == {
        int,
        float,
    }
    starts = {"." in market["startDate"] for market in markets}
    ends = {market["umaEndDate"][-1] for market in markets if "umaEndDate" in market}
    assert starts == {True, False}
    assert ends == {"Z", "0"}
    assert all(market["closedTime"].endswith("+00") for market in markets if market["closed"])
    assert any("gameStartTime" in market for market in markets)
