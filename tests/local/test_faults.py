"""Each fault does what it says, to the paths and as often as it says, in process and over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from urllib3.exceptions import ProtocolError

from local.exchange.faults import Fault, Faults
from local.exchange.simulated import SimulatedVenue
from local.exchange.surprises import Surprise
from tests.local.conftest import Client, Serve

LISTING = "/events/keyset"


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def open_client(serve: Serve, faults: Faults) -> Client:
    return serve(SimulatedVenue(topics=12), faults=faults)


@pytest.fixture
def client(open_client: Client, faults: Faults) -> Iterator[Client]:
    yield open_client
    faults.clear()


def _switch(faults: Faults, **fields: Any) -> None:
    faults.add(Fault.model_validate(fields))


def test_latency_delays_a_healthy_answer(client: Client, faults: Faults) -> None:
    healthy = client.get(LISTING)
    _switch(faults, kind="latency", seconds=0.2)
    before = time.monotonic()
    assert client.get(LISTING) == healthy
    assert time.monotonic() - before >= 0.2


@pytest.mark.parametrize("form", ["seconds", "date", "absent"])
def test_throttling_says_when_to_come_back(client: Client, faults: Faults, form: str) -> None:
    _switch(faults, kind="throttled", seconds=7, retry_after=form)
    response = client.request("GET", LISTING)
    assert response.status == 429
    told = response.headers.get("Retry-After")
    match form:
        case "seconds":
            assert told == "7"
        case "date":
            assert told is not None
            wait = parsedate_to_datetime(told) - parsedate_to_datetime(response.headers["Date"])
            assert 6 <= wait.total_seconds() <= 8
        case _:
            assert told is None


@pytest.mark.parametrize("status", [425, 500, 502, 503])
def test_server_errors_have_the_bodies_of_their_host(
    client: Client, faults: Faults, status: int
) -> None:
    _switch(faults, kind="server_error", status=status)
    assert client.ask(LISTING)[0] == status
    assert client.ask(LISTING)[1].keys() == {"type", "error"}
    assert client.ask("/markets/1")[1].keys() == {"type", "error"}
    assert client.ask("/time")[1].keys() == {"error"}
    assert client.ask("/markets/0x1")[1].keys() == {"error"}


def test_only_the_clob_is_cancel_only(client: Client, faults: Faults) -> None:
    _switch(faults, kind="server_error", status=503)
    assert "cancel-only" in client.ask("/time")[1]["error"]
    assert client.ask(LISTING)[1] == {"type": "internal error", "error": "service unavailable"}


@pytest.mark.parametrize("status", [200, 503])
def test_the_edge_answers_html(client: Client, faults: Faults, status: int) -> None:
    _switch(faults, kind="html", status=status)
    response = client.request("GET", LISTING)
    assert (response.status, response.headers["Content-Type"]) == (status, "text/html")
    assert response.data.startswith(b"<!DOCTYPE html>")


def test_a_truncated_body_ends_too_early(client: Client, faults: Faults) -> None:
    _switch(faults, kind="truncated", path=LISTING, times=1)
    with pytest.raises(ProtocolError):
        client.request("GET", LISTING)
    assert client.get(LISTING)["events"]


def test_a_repeated_cursor_leads_in_a_circle(client: Client, faults: Faults) -> None:
    _switch(faults, kind="repeated_cursor", path=LISTING)
    first = client.get(LISTING, limit="3")
    cursor = first["next_cursor"]
    again = client.get(LISTING, limit="3", after_cursor=cursor)
    assert again["events"] != first["events"]
    assert again["next_cursor"] == cursor


def test_duplicates_come_twice(client: Client, faults: Faults) -> None:
    healthy = client.get(LISTING)
    _switch(faults, kind="duplicates", path="/events")
    assert client.get(LISTING)["events"] == healthy["events"] * 2
    assert len(client.get("/events", limit="5")) == 10


def test_ids_make_a_fault_of_the_requests_that_name_one(client: Client, faults: Faults) -> None:
    markets = [market for event in client.get(LISTING)["events"] for market in event["markets"]]
    first, second = [market for market in markets if market.get("clobTokenIds")][:2]
    token, other = (json.loads(market["clobTokenIds"])[0] for market in (first, second))
    _switch(faults, kind="server_error", status=500, ids=[first["id"], token])
    assert client.ask("/markets", id=second["id"])[0] == 200
    both = [("id", second["id"]), ("id", first["id"])]
    assert client.request("GET", "/markets", fields=both).status == 500
    assert client.ask(f"/markets/{first['id']}")[0] == 500
    assert client.post("/books", [{"token_id": other}])[0] == 200
    assert client.post("/books", [{"token_id": other}, {"token_id": token}])[0] == 500
    assert client.get("/__faults")["faults"][0]["seen"] == 3


def test_what_is_delisted_by_call_is_in_no_answer(client: Client, faults: Faults) -> None:
    event, *_ = client.get(LISTING, limit="1")["events"]
    market_id = event["markets"][0]["id"]
    assert client.get("/markets", id=market_id)
    _switch(faults, kind="delisted", ids=[market_id])
    (again,) = client.get(LISTING, limit="1")["events"]
    assert again["markets"] == event["markets"][1:]
    assert client.get("/markets", id=market_id) == []


def test_a_fault_keeps_to_its_path_and_its_number(client: Client, faults: Faults) -> None:
    _switch(faults, kind="server_error", path="/events", after=1, times=2)
    assert [client.ask("/markets")[0] for _ in range(3)] == [200] * 3
    assert [client.ask("/events")[0] for _ in range(5)] == [200, 503, 503, 200, 200]


def test_faults_add_up(client: Client, faults: Faults) -> None:
    _switch(faults, kind="duplicates", path=LISTING)
    _switch(faults, kind="surprise", surprise="renamed", path=LISTING)
    assert len(client.get(LISTING, limit="3")["events_v2"]) == 6


def test_faults_are_switched_over_http(client: Client) -> None:
    status, listed = client.post("/__faults", {"kind": "html", "path": "/time", "times": 1})
    assert status == 200
    assert [fault["kind"] for fault in listed["faults"]] == ["html"]
    assert client.request("GET", "/time").status == 503
    assert client.get("/__faults")["faults"][0]["seen"] == 1
    client.post("/__faults", {"kind": "server_error"})
    assert client.request("DELETE", "/__faults").json() == {"faults": []}
    assert client.request("GET", "/time").status == 200


@pytest.mark.parametrize(
    "wrong", [{}, {"kind": "fire"}, {"kind": "html", "pathh": "/"}, {"kind": "html", "times": 0}]
)
def test_a_wrong_fault_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    status, body = client.post("/__faults", wrong)
    assert (status, body.keys()) == (400, {"error"})
    assert client.get("/__faults") == {"faults": []}


def _surprised(client: Client, faults: Faults, surprise: str) -> tuple[Any, Any]:
    healthy = client.get(LISTING, limit="4")
    _switch(faults, kind="surprise", surprise=surprise, path=LISTING)
    return healthy, client.get(LISTING, limit="4")


@pytest.mark.parametrize("surprise", [kind for kind in Surprise if kind != "long_integers"])
def test_every_surprise_is_json_and_differs(
    client: Client, faults: Faults, surprise: Surprise
) -> None:
    healthy, surprising = _surprised(client, faults, surprise)
    assert surprising != healthy


def test_renamed_lists_are_under_another_name(client: Client, faults: Faults) -> None:
    healthy, surprising = _surprised(client, faults, "renamed")
    assert surprising["events_v2"] == healthy["events"]


def test_rows_are_empty_or_no_objects(client: Client, faults: Faults) -> None:
    _, surprising = _surprised(client, faults, "empty_rows")
    assert surprising["events"] == [{}] * 4
    faults.clear()
    healthy, surprising = _surprised(client, faults, "odd_rows")
    assert surprising["events"][::2] == healthy["events"][::2]
    assert not any(isinstance(row, dict) for row in surprising["events"][1::2])


def test_values_change_their_types(client: Client, faults: Faults) -> None:
    healthy, texts = _surprised(client, faults, "texts")
    assert texts["events"][0]["closed"] == "false"
    assert texts["events"][0]["liquidity"] == str(healthy["events"][0]["liquidity"])
    faults.clear()
    healthy, numbers = _surprised(client, faults, "numbers")
    assert numbers["events"][0]["id"] == float(healthy["events"][0]["id"])
    faults.clear()
    healthy, nulls = _surprised(client, faults, "nulls")
    assert nulls["events"][0]["archived"] is None
    faults.clear()
    _, extra = _surprised(client, faults, "extra")
    assert json.dumps(extra).count('"_v": 3') > 10


def test_market_ids_are_as_long_as_they_may_be(client: Client, faults: Faults) -> None:
    healthy, surprising = _surprised(client, faults, "long_ids")
    for before, after in zip(healthy["events"], surprising["events"], strict=True):
        assert after["id"] == before["id"]
        ids = [market["id"] for market in after["markets"]]
        assert {len(market_id) for market_id in ids} == {255}
        assert len(set(ids)) == len(before["markets"])


def test_a_number_may_have_thousands_of_digits(client: Client, faults: Faults) -> None:
    _switch(faults, kind="surprise", surprise="long_integers", path=LISTING)
    text = client.request("GET", LISTING, fields={"limit": "4"}).data.decode()
    assert text.count("9" * 5_000) == 4
    assert json.loads(text, parse_int=len)["events"][0]["markets"][0]["volumeNum"] == 5_000
