"""The exchange answers as `API.md` says Gamma and the CLOB do, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.exchange.recorded import RecordedVenue, read_recordings
from local.exchange.server import exchange_server
from local.exchange.simulated import EPOCH, SimulatedVenue

RECORDED = Path(__file__).parents[3] / "shared" / "polymarket"


class Client:
    """Asks one exchange."""

    def __init__(self, url: str, pool: urllib3.PoolManager) -> None:
        self._url = url
        self._pool = pool

    def get(self, path: str, **query: str) -> Any:
        status, body = self.ask(path, **query)
        assert status == 200, body
        return body

    def ask(self, path: str, **query: str) -> tuple[int, Any]:
        response = self._pool.request("GET", self._url + path, fields=query)
        return response.status, response.json()

    def post(self, path: str, body: object) -> tuple[int, Any]:
        response = self._pool.request("POST", self._url + path, json=body)
        return response.status, response.json()

    def pages(self, path: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        while True:
            page = self.get(path, **query)
            yield next(value for key, value in page.items() if key != "next_cursor")
            if "next_cursor" not in page:
                return
            query["after_cursor"] = page["next_cursor"]


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=14))


@pytest.fixture(scope="module")
def client(venue: SimulatedVenue) -> Iterator[Client]:
    with exchange_server(venue) as server, urllib3.PoolManager() as pool:
        yield Client(server.url, pool)


def test_the_clob_tells_the_time(client: Client, venue: SimulatedVenue) -> None:
    assert client.get("/time") == int(venue.now().timestamp())


def test_a_keyset_listing_ends_and_repeats_nothing(client: Client, venue: SimulatedVenue) -> None:
    pages = list(client.pages("/events/keyset", limit="7", closed="false"))
    ids = [event["id"] for page in pages for event in page]
    assert [len(page) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert len(set(ids)) == len(ids) == 60


def test_a_cursor_under_another_name_is_ignored(client: Client) -> None:
    first = client.get("/events/keyset", limit="5")
    again = client.get("/events/keyset", limit="5", next_cursor=first["next_cursor"])
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


def test_events_are_filtered_by_liquidity_and_volume(client: Client) -> None:
    found = client.get("/events", limit="100", liquidity_min="100000", volume_min="1000000")
    assert 0 < len(found) < 60
    assert all(event["liquidity"] >= 100_000 and event["volume"] >= 1e6 for event in found)
    ignored = client.get("/events", limit="100", liquidity_num_min="100000")
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


def test_numbers_sort_as_numbers(client: Client) -> None:
    found = client.get("/markets", limit="100", order="volumeNum", ascending="false")
    volumes = [market["volumeNum"] for market in found]
    assert volumes == sorted(volumes, reverse=True)


def test_tokens_without_a_book_are_dropped(client: Client) -> None:
    assert client.post("/books", [{"token_id": "1"}]) == (200, [])
    status, body = client.post("/books", [{"token_id": "1"}] * 501)
    assert (status, body) == (400, {"error": "Payload exceeds the limit"})


def test_an_unknown_route_is_not_found(client: Client) -> None:
    assert client.ask("/nothing")[0] == 404


@pytest.mark.skipif(not RECORDED.exists(), reason="no recorded Polymarket data beside the project")
@pytest.mark.parametrize(("folder", "files"), [("events", 5), ("markets", 7)])
def test_every_recorded_file_is_served(folder: str, files: int) -> None:
    venue = RecordedVenue(read_recordings(RECORDED / folder))
    with exchange_server(venue) as server, urllib3.PoolManager() as pool:
        client = Client(server.url, pool)
        for place in range(files):
            venue.show(place)
            assert client.get("/time") == int(venue.shown.moment.timestamp())
            pages = list(client.pages("/events/keyset", limit="100", closed="false"))
            closed = list(client.pages("/events/keyset", limit="100", closed="true"))
            assert sum(map(len, pages + closed)) == len(venue.shown.events)
    assert len(venue) == files
