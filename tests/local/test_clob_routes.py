"""The CLOB's refusals, histories and results, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from local.exchange.simulated import EPOCH, SimulatedVenue
from tests.local.conftest import Client

Row = dict[str, Any]
NO_BOOK = {"error": "No orderbook exists for the requested token id"}
HOUR, DAY = 3600, 86_400


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=30), topics=200, shares={})


@pytest.fixture(scope="module")
def markets(venue: SimulatedVenue) -> list[Row]:
    return [
        market
        for event in venue.events()
        for market in event["markets"]
        if market["active"] and market["conditionId"]
    ]


@pytest.fixture(scope="module")
def traded(markets: list[Row], venue: SimulatedVenue) -> Row:
    """An open market that has been traded for more than a week."""
    return next(
        market
        for market in markets
        if "outcomePrices" in market
        and not market["closed"]
        and datetime.fromisoformat(market["startDate"]) < venue.now() - timedelta(days=9)
    )


@pytest.fixture(scope="module")
def resolved(markets: list[Row]) -> Row:
    return next(
        market
        for market in markets
        if market["closed"] and market.get("outcomePrices") == '["1", "0"]'
    )


def _token(market: Row, place: int = 0) -> str:
    token: str = json.loads(market["clobTokenIds"])[place]
    return token


def test_batches_are_refused_as_by_the_clob(client: Client) -> None:
    path, entry = "/books", {"token_id": "1"}
    assert client.post(path, [entry] * 500)[0] == 200
    assert client.post(path, [entry] * 501) == (400, {"error": "Payload exceeds the limit"})
    malformed: list[object] = [{}, ["1"], [{"token": "1"}], [{"token_id": 1}], None]
    for wrong in malformed:
        assert client.post(path, wrong) == (400, {"error": "Invalid payload"})


def test_tokens_without_a_book_are_left_out_silently(
    client: Client, traded: Row, resolved: Row
) -> None:
    tokens = ["1", _token(resolved), _token(traded)]
    _, books = client.post("/books", [{"token_id": token} for token in tokens])
    assert [book["asset_id"] for book in books] == [_token(traded)]


def _history(client: Client, market: str, **query: object) -> list[dict[str, float]]:
    texts = {name: str(value) for name, value in query.items()}
    points: list[dict[str, float]] = client.get("/prices-history", market=market, **texts)[
        "history"
    ]
    return points


def test_a_history_has_a_point_each_so_many_minutes(
    client: Client, venue: SimulatedVenue, traded: Row
) -> None:
    now = int(venue.now().timestamp())
    points = _history(client, _token(traded), startTs=now - 7 * DAY, endTs=now, fidelity=60)
    seconds = [point["t"] for point in points]
    assert 150 < len(points) <= 169
    assert seconds == sorted(seconds)
    assert now - 7 * DAY <= seconds[0] < seconds[-1] <= now
    gaps = {round((later - earlier) / HOUR) for earlier, later in pairwise(seconds)}
    assert {1} <= gaps <= {1, 2, 3}
    assert all(0 < point["p"] < 1 for point in points)


def test_a_history_tells_the_prices_that_were_shown(client: Client, traded: Row) -> None:
    (point, *_) = _history(client, _token(traded), interval="1d", fidelity=60)
    moment = datetime.fromtimestamp(point["t"] // HOUR * HOUR, UTC)
    then = SimulatedVenue(seed=1, start=moment, topics=200, shares={})
    shown = next(
        market
        for event in then.events()
        for market in event["markets"]
        if market["id"] == traded["id"]
    )
    assert point["p"] == float(json.loads(shown["outcomePrices"])[0])


def test_the_history_of_no_is_that_of_yes_turned_over(client: Client, traded: Row) -> None:
    yes, no = (
        {
            point["t"] // HOUR: point["p"]
            for point in _history(client, token, interval="1w", fidelity=60)
        }
        for token in (_token(traded), _token(traded, 1))
    )
    both = yes.keys() & no.keys()
    assert len(both) > 140
    assert all(yes[hour] + no[hour] == pytest.approx(1) for hour in both)


@pytest.mark.parametrize(
    ("interval", "fidelity", "most"),
    [("1h", 1, 61), ("6h", 10, 37), ("1d", 60, 25), ("1w", 720, 15)],
)
def test_intervals_end_now(
    client: Client, traded: Row, interval: str, fidelity: int, most: int
) -> None:
    points = _history(client, _token(traded), interval=interval, fidelity=fidelity)
    assert 0.8 * most <= len(points) <= most


def test_all_of_a_history_begins_when_the_question_was_asked(client: Client, traded: Row) -> None:
    points = _history(client, _token(traded), interval="max", fidelity=60)
    begin = datetime.fromisoformat(traded["startDate"]).timestamp()
    assert 0 <= points[0]["t"] - begin < 3 * HOUR


def test_a_condition_id_has_an_empty_history(client: Client, traded: Row) -> None:
    assert _history(client, traded["conditionId"], interval="1d", fidelity=60) == []
    assert _history(client, "1", interval="1d", fidelity=60) == []


def test_a_resolved_market_has_no_history_closer_than_twelve_hours(
    client: Client, resolved: Row
) -> None:
    assert _history(client, _token(resolved), interval="max", fidelity=719) == []
    points = _history(client, _token(resolved), interval="max", fidelity=720)
    assert points
    assert points[-1]["t"] <= datetime.fromisoformat(resolved["closedTime"]).timestamp()


@pytest.mark.parametrize(
    "query",
    [
        {"market": "", "interval": "1d"},
        {"market": "1"},
        {"market": "1", "interval": "2d"},
        {"market": "1", "interval": "1d", "fidelity": "0"},
        {"market": "1", "startTs": "yesterday"},
        {"market": "1", "startTs": "99999999999999999"},
    ],
)
def test_a_wrong_history_query_is_refused(client: Client, query: dict[str, str]) -> None:
    status, body = client.ask("/prices-history", **query)
    assert (status, body.keys()) == (400, {"error"})


def test_the_clob_names_the_winner(client: Client, resolved: Row, traded: Row) -> None:
    ended = client.get(f"/markets/{resolved['conditionId']}")
    assert (ended["closed"], ended["is_50_50_outcome"]) == (True, False)
    assert [token["winner"] for token in ended["tokens"]] == [True, False]
    assert [token["token_id"] for token in ended["tokens"]] == json.loads(resolved["clobTokenIds"])
    going_on = client.get(f"/markets/{traded['conditionId']}")
    assert (going_on["closed"], going_on["condition_id"]) == (False, traded["conditionId"])
    assert not any(token["winner"] for token in going_on["tokens"])
    assert client.ask("/markets/0xabc") == (404, {"error": "market not found"})


def test_half_each_has_no_winner(client: Client, markets: list[Row]) -> None:
    half = next(
        market
        for market in markets
        if market.get("outcomePrices") == '["0.5", "0.5"]' and market["closed"]
    )
    ended = client.get(f"/markets/{half['conditionId']}")
    assert ended["is_50_50_outcome"] is True
    assert [token["winner"] for token in ended["tokens"]] == [False, False]


def test_an_odd_ending_has_neither_winner_nor_half(client: Client, markets: list[Row]) -> None:
    odd = next(
        market
        for market in markets
        if market["closed"] and market.get("outcomePrices") in (None, '["0", "0"]')
    )
    ended = client.get(f"/markets/{odd['conditionId']}")
    assert (ended["closed"], ended["is_50_50_outcome"]) == (True, False)
    assert not any(token["winner"] for token in ended["tokens"])
