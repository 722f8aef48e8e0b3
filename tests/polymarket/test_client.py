"""The client against a real server: what it asks for, and what it makes of the answers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.markets import MarketId
from prescient.polymarket.client import PolymarketClient
from tests.polymarket.rows import event_row, market_row
from tests.polymarket.server import (
    Answer,
    ScriptedExchange,
    answer,
    serving,
    serving_exchange,
)

NOW = datetime(2026, 5, 9, 12, tzinfo=UTC)


def client_of(exchange: ScriptedExchange) -> PolymarketClient:
    return PolymarketClient(exchange.url + "/", exchange.url, now=lambda: NOW)


def event(number: int) -> dict[str, object]:
    return event_row(id=str(number), markets=[market_row(id=f"{number}00")])


def test_the_listing_follows_the_cursor_to_its_end() -> None:
    pages = [
        answer({"events": [event(1), event(2)], "next_cursor": "MTAw"}),
        answer({"events": [], "next_cursor": "MjAw"}),
        answer({"events": [event(3)]}),
    ]
    with serving(*pages) as exchange:
        client = client_of(exchange)
        found = list(client.event_pages(liquidity_min=Decimal("1E+3"), volume_min=Decimal("0.5")))
        assert [[event.event_id for event in page.events] for page in found] == [
            ["1", "2"],
            [],
            ["3"],
        ]
        assert {page.fetched_at for page in found} == {NOW}
        filters = {
            "closed": ["false"], "limit": ["100"], "liquidity_min": ["1000"], "volume_min": ["0.5"],
        }  # fmt: skip
        cursors = [{}, {"after_cursor": ["MTAw"]}, {"after_cursor": ["MjAw"]}]
        assert exchange.queries == [{**filters, **cursor} for cursor in cursors]
        assert set(exchange.paths) == {"/events/keyset"}
        assert len(exchange.connections) == 1
        assert (client.counters.calls, client.counters.retries) == (3, 0)
        client.close()


def test_the_listing_can_leave_out_what_ends_too_early() -> None:
    with serving(answer({"events": []})) as exchange:
        lisbon = timezone(timedelta(hours=1))
        list(client_of(exchange).event_pages(end_date_min=datetime(2026, 5, 9, 1, tzinfo=lisbon)))
        assert exchange.queries[0]["end_date_min"] == ["2026-05-09T00:00:00Z"]


def test_pages_come_as_they_are_read() -> None:
    with serving(answer({"events": [event(1)], "next_cursor": "MTAw"})) as exchange:
        next(client_of(exchange).event_pages())
        assert len(exchange.paths) == 1


def test_what_pages_repeat_is_dropped_and_counted() -> None:
    moved = event_row(id="4", markets=[market_row(id="200"), market_row(id="400")])
    pages = [
        answer({"events": [event(1), event(2)], "next_cursor": "MTAw"}),
        answer({"events": [event(2), moved]}),
    ]
    with serving(*pages) as exchange:
        client = client_of(exchange)
        events = [event for page in client.event_pages() for event in page.events]
        assert [event.event_id for event in events] == ["1", "2", "4"]
        markets = [market.market_id for event in events for market in event.markets]
        assert markets == ["100", "200", "400"]
        assert client.counters.duplicates == 2


def test_a_repeated_cursor_ends_the_listing_before_its_page_is_answered() -> None:
    """As when the cursor goes back under the wrong name: page 1 repeats for ever."""
    with serving(answer({"events": [event(1)], "next_cursor": "MTAw"})) as exchange:
        pages = client_of(exchange).event_pages()
        next(pages)
        with pytest.raises(ExchangeUnavailable, match=r"/events/keyset: .*repeated cursor"):
            next(pages)
        assert len(exchange.paths) == 2


@pytest.mark.parametrize("body", [{}, [], {"events": None}, {"events": [], "next_cursor": 7}])
def test_json_that_is_no_page_is_refused(body: object) -> None:
    with serving(answer(body)) as exchange, pytest.raises(ExchangeUnavailable, match="/events/key"):
        list(client_of(exchange).event_pages())


def test_skipped_rows_are_counted_a_page_and_in_all() -> None:
    placeholder = event_row(id="9", markets=[market_row(active=False), market_row(id=...)])
    pages = [
        answer({"events": [placeholder, "soon"], "next_cursor": "MTAw"}),
        answer({"events": [event_row(id=...)]}),
    ]
    with serving(*pages) as exchange:
        client = client_of(exchange)
        first, second = client.event_pages()
        assert first.skipped == Counter(placeholder=1, missing_id=1, event_malformed=1)
        assert second.skipped == Counter(event_missing_id=1)
        assert client.counters.skipped == first.skipped + second.skipped


def test_counters_start_again_when_they_are_taken() -> None:
    with serving(answer({"events": [event(1), event(1), "soon"]})) as exchange:
        client = client_of(exchange)
        list(client.event_pages())
        taken = client.take_counters()
        sent = len(exchange.script[0].body)
        assert taken == {
            "calls": 1, "retries": 0, "throttled": 0, "bytes": sent, "duplicates": 1,
            "skipped": {"event_malformed": 1}, "calls_by_family": {"events": 1},
            "retries_by_family": {}, "bytes_by_family": {"events": sent},
        }  # fmt: skip
        assert client.take_counters() == {
            "calls": 0, "retries": 0, "throttled": 0, "bytes": 0, "duplicates": 0,
            "skipped": {}, "calls_by_family": {}, "retries_by_family": {}, "bytes_by_family": {},
        }  # fmt: skip


def test_each_family_of_routes_has_its_own_count() -> None:
    with serving(answer({}, 500), answer([]), answer(1778328000)) as exchange:
        client = PolymarketClient(exchange.url, exchange.url, now=lambda: NOW, sleep=lambda _: None)
        client.books(["1"])
        client.time()
        taken = client.take_counters()
        assert taken["calls_by_family"] == {"books": 2, "time": 1}
        assert taken["retries_by_family"] == {"books": 1}
        assert (taken["calls"], taken["retries"]) == (3, 1)


class MarketsById(ScriptedExchange):
    """Answers the rows of the ids that it is asked for, open or closed as it is asked."""

    def __init__(self, *rows: dict[str, object]) -> None:
        super().__init__([answer([])])
        self._rows = rows

    def next_answer(self, target: str, document: bytes, client_port: int) -> Answer:
        super().next_answer(target, document, client_port)
        query = parse_qs(urlsplit(target).query)
        closed = query["closed"] == ["true"]
        return answer(
            [
                row
                for row in self._rows
                if row["id"] in query["id"] and row.get("closed", False) is closed
            ]
        )


def test_markets_by_id_asks_for_the_closed_among_those_not_open() -> None:
    ids = [MarketId(str(number)) for number in range(250)]
    open_rows = [market_row(id=market_id) for market_id in ids if market_id not in ("98", "99")]
    closed_row = market_row(id="98", closed=True, outcomePrices='["1", "0"]')
    with serving_exchange(MarketsById(*open_rows, closed_row)) as exchange:
        page = client_of(exchange).markets_by_id([*ids, MarketId("5")])
        assert [market.market_id for market in page.markets if market.closed] == ["98"]
        assert sorted(market.market_id for market in page.markets) == sorted({*ids} - {"99"})
        assert page.fetched_at == NOW
        *asked_open, asked_closed = exchange.queries
        assert asked_closed == {"id": ["98", "99"], "closed": ["true"], "limit": ["100"]}
        assert all(query["closed"] == ["false"] for query in asked_open)
        assert sorted(query["id"] for query in asked_open) == sorted(
            [*map(str, ids[start : start + 100])] for start in (0, 100, 200)
        )


def test_rows_that_were_not_asked_for_are_left_out() -> None:
    """As when the exchange ignores the filter."""
    rows = [market_row(id="1"), market_row(id="2"), market_row(id="1"), market_row(id=...), None]
    with serving(answer(rows), answer([])) as exchange:
        client = client_of(exchange)
        page = client.markets_by_id([MarketId("1"), MarketId("3")])
        assert [market.market_id for market in page.markets] == ["1"]
        assert client.counters.skipped == Counter(not_requested=3)
        assert client.counters.duplicates == 1


def test_no_ids_are_no_call() -> None:
    with serving(answer([])) as exchange:
        assert client_of(exchange).markets_by_id([]).markets == ()
        assert exchange.paths == []


def test_markets_that_are_no_list_are_refused() -> None:
    refused = pytest.raises(ExchangeUnavailable, match=r"/markets: .*no list")
    with serving(answer({"markets": []})) as exchange, refused:
        client_of(exchange).markets_by_id([MarketId("1")])


def test_the_time_is_the_exchanges() -> None:
    with serving(answer(1778328000)) as exchange:
        assert client_of(exchange).time() == NOW
        assert exchange.paths == ["/time"]


@pytest.mark.parametrize("body", ["soon", -1, 10**30, None, True])
def test_a_time_that_is_none_is_refused(body: object) -> None:
    with serving(answer(body)) as exchange, pytest.raises(ExchangeUnavailable, match="/time"):
        client_of(exchange).time()
