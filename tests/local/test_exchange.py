"""The exchange answers as `API.md` says Gamma and the CLOB do, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.exchange.recorded import RecordedVenue
from local.exchange.recordings import read_recordings
from local.exchange.simulated import EPOCH, SimulatedVenue
from tests.local.conftest import Client, Serve

RECORDED = Path(__file__).parents[3] / "shared" / "polymarket"


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=14))


def test_the_clob_tells_the_time(client: Client, venue: SimulatedVenue) -> None:
    assert client.get("/time") == int(venue.now().timestamp())


def test_a_keyset_listing_ends_and_repeats_nothing(client: Client, venue: SimulatedVenue) -> None:
    pages = list(client.pages("/events/keyset", limit="7", closed="false"))
    ids = [event["id"] for page in pages for event in page]
    assert [len(page) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert len(set(ids)) == len(ids) == 60


@pytest.mark.parametrize("name", ["cursor", "next_cursor"])
def test_a_cursor_under_another_name_is_ignored(client: Client, name: str) -> None:
    first = client.get("/events/keyset", limit="5")
    again = client.get("/events/keyset", limit="5", **{name: first["next_cursor"]})
    assert again == first


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/events/keyset", {"offset": "20"}),
        ("/events/keyset", {"limit": "501"}),
        ("/markets/keyset", {"limit": "101"}),
        ("/events/keyset", {"after_cursor": "!"}),
        ("/events/keyset", {"liquidity_min": "much"}),
        ("/events", {"offset": "2001"}),
        ("/events", {"limit": "many"}),
        ("/markets/keyset", {"end_date_min": "soon"}),
    ],
)
def test_a_bad_query_is_refused_as_by_gamma(
    client: Client, path: str, query: dict[str, str]
) -> None:
    status, body = client.ask(path, **query)
    assert status == 422
    assert body["type"] == "validation error"
    assert body["error"]


def test_listings_leave_out_closed_rows_unless_asked(client: Client) -> None:
    still_open = client.get("/events", limit="100")
    assert still_open == client.get("/events", limit="100", closed="false")
    assert not any(event["closed"] for event in still_open)
    closed = client.get("/events", limit="100", closed="true")
    assert closed
    assert all(event["closed"] for event in closed)


@pytest.mark.parametrize("key", ["liquidity", "volume"])
def test_events_are_filtered_by_liquidity_and_volume(client: Client, key: str) -> None:
    least = client.get("/events", limit="100", **{f"{key}_min": "300000"})
    most = client.get("/events", limit="100", **{f"{key}_max": "300000"})
    assert 0 < len(least) < 60
    assert all(event[key] >= 300_000 for event in least)
    assert all(event[key] <= 300_000 for event in most)
    assert len(least) + len(most) == 60
    ignored = client.get("/events", limit="100", **{f"{key}_num_min": "300000"})
    assert len(ignored) == 60


def test_markets_are_found_by_id_on_the_side_that_is_asked(client: Client) -> None:
    (gone,) = client.get("/markets", limit="1", closed="true")
    (live,) = client.get("/markets", limit="1", closed="false")
    path = f"/markets?id={gone['id']}&id={live['id']}"
    assert [market["id"] for market in client.get(f"{path}&closed=false")] == [live["id"]]
    assert [market["id"] for market in client.get(f"{path}&closed=true")] == [gone["id"]]
    assert client.get(f"/markets/{gone['id']}")["id"] == gone["id"]
    assert client.ask("/markets/1")[0] == 404


def test_a_market_names_its_event(client: Client) -> None:
    (market,) = client.get("/markets", limit="1")
    (event,) = market["events"]
    assert "markets" not in event
    assert market["id"] in [row["id"] for row in client.get(f"/events/{event['id']}")["markets"]]


@pytest.mark.parametrize(("key", "kind"), [("volumeNum", float), ("volume", str)])
def test_numbers_sort_as_numbers_and_texts_as_texts(
    client: Client, key: str, kind: Callable[[Any], Any]
) -> None:
    found = client.get("/markets", limit="100", order=key, ascending="false")
    values = [kind(market[key]) for market in found if key in market]
    assert len(values) == 100
    assert values == sorted(values, reverse=True)


def test_events_are_filtered_by_their_dates(client: Client) -> None:
    everything = client.get("/events", limit="100")
    ends = sorted(datetime.fromisoformat(event["endDate"]) for event in everything)
    middle = ends[len(ends) // 2].strftime("%Y-%m-%dT%H:%M:%SZ")
    late = client.get("/events", limit="100", end_date_min=middle)
    early = client.get("/events", limit="100", end_date_max=middle)
    assert all(event["endDate"] >= middle for event in late)
    assert all(event["endDate"] <= middle for event in early)
    on_time = sum(event["endDate"] == middle for event in everything)
    assert len(late) + len(early) == len(everything) + on_time


def test_markets_take_other_filters_than_events(client: Client) -> None:
    everything = client.get("/markets", limit="100", order="id")
    assert client.get("/markets", limit="100", order="id", liquidity_min="1e9") == everything
    assert (
        client.get("/markets", limit="100", order="id", start_date_min="2030-01-01") == everything
    )
    assert client.get("/markets", limit="100", liquidity_num_min="1e9") == []
    assert client.get("/markets", limit="100", end_date_min="2050-01-01") == []


def test_rows_are_found_by_tag(client: Client) -> None:
    tagged = client.get("/events", limit="100", tag_slug="sports")
    assert 0 < len(tagged) < 60
    (tag,) = tagged[0]["tags"]
    assert client.get("/events", limit="100", tag_id=tag["id"]) == tagged
    for market in client.get("/markets", limit="100", tag_id=tag["id"]):
        assert market["events"][0]["tags"] == [tag]


def test_markets_are_found_by_condition_and_token(client: Client) -> None:
    (market,) = client.get("/markets", limit="1", order="volumeNum", ascending="false")
    (token_id, _) = json.loads(market["clobTokenIds"])
    assert client.get("/markets", condition_ids=market["conditionId"]) == [market]
    assert client.get("/markets", clob_token_ids=token_id) == [market]
    many = "&".join(["condition_ids=0x"] * 101)
    assert client.ask(f"/markets?{many}")[0] == 422


def test_markets_are_found_by_the_state_of_their_resolution(client: Client) -> None:
    found = client.get("/markets", closed="true", uma_resolution_status="resolved", limit="100")
    assert found
    assert {market["umaResolutionStatus"] for market in found} == {"resolved"}


def test_the_older_routes_give_a_hundred_rows_at_most(client: Client) -> None:
    assert len(client.get("/markets", limit="500")) == 100
    assert len(client.get("/markets")) == 20


def test_an_unknown_route_is_not_found(client: Client) -> None:
    assert client.ask("/nothing")[0] == 404


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded Polymarket data beside the project")
@pytest.mark.parametrize(("folder", "files"), [("events", 5), ("markets", 7)])
def test_every_recorded_file_is_served(serve: Serve, folder: str, files: int) -> None:
    venue = RecordedVenue(read_recordings(RECORDED / folder).shown)
    client = serve(venue)
    for place in range(files):
        venue.show(place)
        assert client.get("/time") == int(venue.shown.moment.timestamp())
        pages = list(client.pages("/events/keyset", limit="100", closed="false"))
        closed = list(client.pages("/events/keyset", limit="100", closed="true"))
        assert sum(map(len, pages + closed)) == len(venue.shown.events)
    assert len(venue) == files


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded Polymarket data beside the project")
def test_recorded_books_are_served_with_the_listing_of_their_day(serve: Serve) -> None:
    venue = RecordedVenue(read_recordings(RECORDED / "events").shown)
    client = serve(venue)
    served = 0
    for place in range(len(venue)):
        recording = venue.show(place)
        markets = [market for event in recording.events for market in event["markets"]]
        listed = (json.loads(market.get("clobTokenIds") or "[]") for market in markets)
        tokens = [token for pair in listed for token in pair]
        _, books = client.post("/books", [{"token_id": token} for token in tokens[:500]])
        assert books == [recording.books[book["asset_id"]] for book in books]
        served += len(books)
    assert served >= 10
