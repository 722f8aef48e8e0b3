"""The large listing is a listing: unique ids, cursors, the size that was asked for."""

from __future__ import annotations

import json
from collections import Counter

from local.exchange.listing import listing_pages


def test_pages_hold_the_markets_that_were_asked_for_and_all_ids_differ() -> None:
    pages = [json.loads(page) for page in listing_pages(markets=3_000, seed=1)]
    events = [event for page in pages for event in page["events"]]
    markets = [market for event in events for market in event["markets"]]
    assert 3_000 <= len(markets) < 3_600
    assert len({event["id"] for event in events}) == len(events)
    ids = Counter[str]()
    for market in markets:
        tokens = json.loads(market.get("clobTokenIds") or "[]")
        ids.update({market["id"], market["conditionId"] or market["id"], *tokens})
    assert set(ids.values()) == {1}


def test_each_page_but_the_last_has_a_cursor_of_its_own() -> None:
    pages = [json.loads(page) for page in listing_pages(markets=1_000, seed=1)]
    cursors = [page["next_cursor"] for page in pages[:-1]]
    assert len(set(cursors)) == len(cursors) > 1
    assert "next_cursor" not in pages[-1]


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (list(listing_pages(markets=500, seed=3)) for _ in range(2))
    assert first == again != list(listing_pages(markets=500, seed=4))
