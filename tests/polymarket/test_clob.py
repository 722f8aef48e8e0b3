"""The CLOB's routes against a real server: what is asked, and what is made of the answers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import Quote
from prescient.core.money import ONE, ZERO
from prescient.polymarket import decimal_json
from prescient.polymarket.client import PolymarketClient
from prescient.polymarket.clob_rows import (
    PricePoint,
    ResolutionDetails,
    parse_books,
    parse_history,
    parse_resolution,
)
from tests.polymarket import recorded
from tests.polymarket.server import ScriptedExchange, answer, serving

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def client_of(exchange: ScriptedExchange) -> PolymarketClient:
    return PolymarketClient(exchange.url, exchange.url + "/", now=lambda: NOON)


def book_row(token_id: str = "11", **changes: object) -> dict[str, object]:
    """A book as the CLOB sends it: the best is last."""
    row: dict[str, object] = {
        "market": "0xc0ffee",
        "asset_id": token_id,
        "timestamp": "1778328000123",
        "bids": [{"price": "0.01", "size": "2152"}, {"price": "0.45", "size": "518.25"}],
        "asks": [{"price": "0.99", "size": "2147"}, {"price": "0.47", "size": "30"}],
        "last_trade_price": "",
        **changes,
    }
    return {key: value for key, value in row.items() if value is not ...}


def levels(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"price": price, "size": size} for price, size in pairs]


def test_books_are_read_best_first() -> None:
    with serving(answer([book_row()])) as exchange:
        books = client_of(exchange).books(["11"])
        assert books == {
            "11": OrderBook(
                bids=(Level(D("0.45"), D("518.25")), Level(D("0.01"), D(2152))),
                asks=(Level(D("0.47"), D(30)), Level(D("0.99"), D(2147))),
            )
        }
        assert books["11"].quote == Quote(D("0.45"), D("0.47"))
        assert (exchange.paths, exchange.documents) == (["/books"], [[{"token_id": "11"}]])


def test_no_call_asks_for_more_than_500_books() -> None:
    tokens = [str(place) for place in range(1001)]
    with serving(answer([])) as exchange:
        client_of(exchange).books([*tokens, "5", "7"])
        assert sorted(len(document) for document in exchange.documents) == [1, 500, 500]
        asked = [entry["token_id"] for document in exchange.documents for entry in document]
        assert sorted(asked) == sorted(tokens)


def test_a_token_that_the_exchange_drops_is_absent() -> None:
    with serving(answer([book_row("12")])) as exchange:
        client = client_of(exchange)
        assert set(client.books(["11", "12", "13"])) == {"12"}
        assert client.counters.skipped == Counter()


@pytest.mark.parametrize("empty", [[], None, ..., levels(("0.5", "0"))])
def test_an_empty_side_is_no_level(empty: object) -> None:
    books, skipped = parse_books([book_row(bids=empty)], ["11"])
    assert books["11"].bids == ()
    assert books["11"].quote == Quote(ZERO, D("0.47"))
    assert not skipped
    books, skipped = parse_books([book_row(bids=empty, asks=empty)], ["11"])
    assert books["11"].quote == Quote(ZERO, ONE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bids": levels(("0.48", "5"))}, "crossed_book"),
        ({"bids": "0.45"}, "bad_book"),
        ({"bids": ["0.45"]}, "bad_book"),
        ({"asks": levels(("1.01", "5"))}, "bad_book"),
        ({"asks": levels(("NaN", "5"))}, "bad_book"),
        ({"asks": levels(("0.47", "-1"))}, "bad_book"),
        ({"asks": levels(("0.47", "1e99"))}, "bad_book"),
        ({"asks": levels(("0.47", "much"))}, "bad_book"),
        ({"asks": [{"price": "0.47"}]}, "bad_book"),
        ({"asset_id": "99"}, "not_requested"),
        ({"asset_id": ...}, "not_requested"),
    ],
)
def test_an_absurd_book_is_left_out_and_counted(changes: dict[str, Any], reason: str) -> None:
    with serving(answer([book_row(**changes), book_row("12"), "book"])) as exchange:
        client = client_of(exchange)
        assert set(client.books(["11", "12"])) == {"12"}
        assert client.counters.skipped == Counter({reason: 1}) + Counter(bad_book=1)


def test_prices_are_rounded_against_us_and_levels_that_end_at_0_or_1_are_skipped() -> None:
    """An ask of 0.9999996 would be stored as 1, and fail the cycle that buys at it."""
    bids = levels(("0.0000009", "5"), ("0", "5"), ("0.4500009", "7.0000019"))
    asks = levels(("0.9999996", "5"), ("1", "5"), ("0.4600001", "3"), ("0.47", "0.0000001"))
    books, skipped = parse_books([book_row(bids=bids, asks=asks)], ["11"])
    assert books["11"].bids == (Level(D("0.45"), D("7.000001")),)
    assert books["11"].asks == (Level(D("0.460001"), D(3)),)
    assert skipped == Counter(level_at_limit=4)


@given(st.permutations(range(4)), st.permutations(range(4)))
def test_the_order_of_levels_does_not_matter(bids: list[int], asks: list[int]) -> None:
    row = book_row(
        bids=levels(*((f"0.4{place}", "1") for place in bids)),
        asks=levels(*((f"0.5{place}", "1") for place in asks)),
    )
    book = parse_books([row], ["11"])[0]["11"]
    assert [str(level.price) for level in book.bids] == ["0.43", "0.42", "0.41", "0.40"]
    assert [str(level.price) for level in book.asks] == ["0.50", "0.51", "0.52", "0.53"]


def test_a_history_is_asked_by_token_and_read_in_order() -> None:
    rows = [
        {"t": 1778328000 - 1, "p": 0.2},
        {"t": 1778328000 + 3600, "p": 0.115},
        {"t": 1778328000, "p": "0.1"},
        {"t": 1778328000 + 7200, "p": 0.9},
        {"t": "soon", "p": 0.9},
        {"t": 1778328000, "p": 1.5},
        None,
    ]
    with serving(answer({"history": rows})) as exchange:
        client = client_of(exchange)
        history = client.price_histories(["11"], NOON, NOON + 2 * HOUR, HOUR)
        read = (PricePoint(NOON, D("0.1")), PricePoint(NOON + HOUR, D("0.115")))
        assert history == {"11": read}
        assert client.counters.skipped == Counter(bad_history_point=3)
        assert exchange.queries == [
            {
                "market": ["11"],
                "startTs": ["1778328000"],
                "endTs": ["1778335200"],
                "fidelity": ["60"],
            }
        ]


def test_several_histories_are_asked_one_by_one_and_may_be_empty() -> None:
    with serving(answer({"history": []})) as exchange:
        found = client_of(exchange).price_histories(["11", "12", "11"], NOON, NOON + HOUR, HOUR)
        assert found == {"11": (), "12": ()}
        assert sorted(query["market"][0] for query in exchange.queries) == ["11", "12"]


@pytest.mark.parametrize(
    ("winners", "half", "wanted"),
    [
        ((True, False), False, ResolutionDetails("11", is_fifty_fifty=False)),
        ((False, True), False, ResolutionDetails("12", is_fifty_fifty=False)),
        ((False, False), True, ResolutionDetails(None, is_fifty_fifty=True)),
        ((False, False), False, ResolutionDetails(None, is_fifty_fifty=False)),
        ((False, False), "true", ResolutionDetails(None, is_fifty_fifty=False)),
        ((True, False), True, ResolutionDetails("11", is_fifty_fifty=False)),
        ((True, True), False, ResolutionDetails(None, is_fifty_fifty=False)),
    ],
)
def test_how_a_market_ended(
    winners: tuple[bool, bool], half: object, wanted: ResolutionDetails
) -> None:
    tokens = [
        {"token_id": token_id, "winner": winner}
        for token_id, winner in zip(("11", "12"), winners, strict=True)
    ]
    body = {"condition_id": "0x1", "is_50_50_outcome": half, "tokens": tokens}
    with serving(answer(body)) as exchange:
        assert client_of(exchange).resolution("0x1") == wanted
        assert exchange.paths == ["/markets/0x1"]


@pytest.mark.parametrize("body", [[], {}, {"condition_id": "0x2"}, None])
def test_another_market_than_the_one_asked_for_is_refused(body: object) -> None:
    refused = pytest.raises(ExchangeUnavailable, match="/markets/0x1: answered another market")
    with serving(answer(body)) as exchange, refused:
        client_of(exchange).resolution("0x1")


@pytest.mark.parametrize("body", [{"error": "x"}, "x", None, 7])
def test_answers_of_another_shape_are_refused(body: object) -> None:
    with serving(answer(body)) as exchange:
        client = client_of(exchange)
        with pytest.raises(ExchangeUnavailable, match=r"POST /books: .* no list"):
            client.books(["11"])
        with pytest.raises(ExchangeUnavailable, match=r"GET /prices-history: .* without a history"):
            client.price_histories(["11"], NOON, NOON + HOUR, HOUR)


def test_nothing_asked_is_no_call() -> None:
    with serving(answer([])) as exchange:
        client = client_of(exchange)
        assert client.books([]) == {}
        assert client.price_histories([], NOON, NOON, HOUR) == {}
        assert exchange.paths == []


@recorded.needs_recordings
@pytest.mark.parametrize("path", recorded.files("books"), ids=lambda path: path.stem)
def test_every_recorded_book_is_read(path: Any) -> None:
    rows = recorded.rows(path)
    tokens = [str(row["asset_id"]) for row in rows if isinstance(row, dict)]
    books, skipped = parse_books(rows, tokens)
    assert set(books) == set(tokens)
    assert not skipped
    for row in rows:
        assert isinstance(row, dict)
        book = books[row["asset_id"]]
        assert book.quote == Quote(D(row["bids"][-1]["price"]), D(row["asks"][-1]["price"]))
        assert (len(book.bids), len(book.asks)) == (len(row["bids"]), len(row["asks"]))


@recorded.needs_recordings
def test_the_recorded_history_is_read() -> None:
    (path,) = recorded.files("history")
    match decimal_json.decode(path.read_bytes()):
        case {"body": {"history": list(listed)}}:
            points, skipped = parse_history(listed)
    assert (len(points), skipped) == (214, Counter())
    assert points[0] == PricePoint(datetime(2026, 7, 25, 5, 0, 36, tzinfo=UTC), D("0.105"))
    assert list(points) == sorted(points, key=lambda point: point.at)


@recorded.needs_recordings
def test_every_recorded_resolution_is_read() -> None:
    """By closed, has a winner, half each. Closed is not resolved, and half each has no winner."""
    (path,) = (path for path in recorded.files("clob_markets") if path.stem.startswith("trelis"))
    rows = [row for row in recorded.rows(path) if isinstance(row, dict)]
    details = [parse_resolution(row) for row in rows]
    counted = Counter(
        (row["closed"], bool(detail.winning_token_id), detail.is_fifty_fifty)
        for row, detail in zip(rows, details, strict=True)
    )
    assert counted == {
        (False, False, False): 30,
        (True, False, False): 341,
        (True, True, False): 123,
        (True, False, True): 6,
    }
