"""Books, quotes and prices say the same, and NO's book is a book of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.exchange.simulated import EPOCH, SimulatedVenue
from tests.local.conftest import Client

Row = dict[str, Any]
DOLLAR = Decimal(1)


@pytest.fixture(scope="module")
def venue() -> SimulatedVenue:
    return SimulatedVenue(seed=1, start=EPOCH + timedelta(days=5), topics=200, shares={})


@pytest.fixture(scope="module")
def markets(venue: SimulatedVenue) -> list[Row]:
    """Those that are open and can be found on the CLOB."""
    return [
        market
        for event in venue.events()
        for market in event["markets"]
        if not market["closed"] and market["active"] and market["conditionId"]
    ]


@pytest.fixture(scope="module")
def books(client: Client, markets: list[Row]) -> dict[str, Row]:
    tokens = [token for market in markets for token in json.loads(market["clobTokenIds"])]
    found: dict[str, Row] = {}
    for start in range(0, len(tokens), 500):
        status, batch = client.post("/books", _entries(tokens[start : start + 500]))
        assert status == 200
        found |= {book["asset_id"]: book for book in batch}
    return found


def _entries(tokens: list[str], **more: str) -> list[dict[str, str]]:
    return [{"token_id": token, **more} for token in tokens]


def _tokens(market: Row) -> tuple[str, str]:
    yes, no = json.loads(market["clobTokenIds"])
    return yes, no


def _best(side: list[dict[str, str]], empty: int) -> Decimal:
    return Decimal(side[-1]["price"]) if side else Decimal(empty)


def _prices(side: list[dict[str, str]]) -> list[Decimal]:
    return [Decimal(level["price"]) for level in side]


def test_a_book_looks_as_recorded(books: dict[str, Row], venue: SimulatedVenue) -> None:
    now = venue.now().timestamp() * 1000
    for book in books.values():
        assert book.keys() == {
            *("market", "asset_id", "timestamp", "hash", "bids", "asks"),
            *("min_order_size", "tick_size", "neg_risk", "last_trade_price"),
        }
        assert len(book["hash"]) == 40
        assert book["timestamp"].isdecimal()
        assert now - 5 * 60 * 1000 < int(book["timestamp"]) <= now
        assert book["tick_size"] in ("0.01", "0.001")
        for level in [*book["bids"], *book["asks"]]:
            assert {type(value) for value in level.values()} == {str}
            assert 0 < Decimal(level["price"]) < 1
            assert Decimal(level["size"]) >= 5


def test_the_best_level_is_last(books: dict[str, Row]) -> None:
    for book in books.values():
        bids, asks = _prices(book["bids"]), _prices(book["asks"])
        assert bids == sorted(set(bids))
        assert asks == sorted(set(asks), reverse=True)
        assert _best(book["bids"], 0) < _best(book["asks"], 1)


def test_either_side_of_a_book_may_be_empty(books: dict[str, Row]) -> None:
    shapes = {(bool(book["bids"]), bool(book["asks"])) for book in books.values()}
    assert shapes == {(True, True), (False, True), (True, False), (False, False)}


def test_books_agree_with_the_best_bid_and_ask_of_gamma(
    books: dict[str, Row], markets: list[Row]
) -> None:
    for market in markets:
        book = books.get(_tokens(market)[0])
        if book is None:
            assert "outcomePrices" not in market
            continue
        assert _best(book["bids"], 0) == Decimal(str(market.get("bestBid", 0)))
        assert _best(book["asks"], 1) == Decimal(str(market["bestAsk"]))


def test_books_are_as_deep_as_gamma_says(books: dict[str, Row], markets: list[Row]) -> None:
    """Bids are worth their price, asks what is left to a dollar, as in the recorded books."""
    for market in markets:
        book = books.get(_tokens(market)[0])
        if book is None or "liquidity" not in market:
            continue
        bids = sum(Decimal(level["price"]) * Decimal(level["size"]) for level in book["bids"])
        asks = sum(
            (DOLLAR - Decimal(level["price"])) * Decimal(level["size"]) for level in book["asks"]
        )
        liquidity = Decimal(market["liquidity"])
        assert abs(bids + asks - liquidity) <= liquidity / 50 + 10


def test_the_book_of_no_mirrors_that_of_yes_but_for_rare_offers() -> None:
    """Over two days of a small exchange; an offer left behind makes a true arbitrage."""
    venue = SimulatedVenue(seed=4)
    pairs = [
        _tokens(market)
        for event in venue.events()
        for market in event["markets"]
        if market["conditionId"]
    ]
    mirrored, left = 0, []
    for hour in range(0, 48, 2):
        venue.advance_to(EPOCH + timedelta(hours=hour))
        found = venue.books([token for pair in pairs for token in pair])
        for yes, no in ((found[yes], found[no]) for yes, no in pairs if yes in found):
            cost = _best(yes["asks"], 1) + _best(no["asks"], 1)
            if no["asks"] == _mirrored(yes["bids"]) and no["bids"] == _mirrored(yes["asks"]):
                mirrored += 1
                assert cost >= 1
            else:
                left.append(cost)
                assert Decimal(no["asks"][-1]["size"]) <= 150
                assert _best(no["bids"], 0) < _best(no["asks"], 1)
    assert 0.0005 < len(left) / mirrored < 0.01
    assert max(left) < 1


def _mirrored(side: list[dict[str, str]]) -> list[dict[str, str]]:
    """In the same order: the best stays last."""
    return [
        {"price": f"{(DOLLAR - Decimal(level['price'])).normalize():f}", "size": level["size"]}
        for level in side
    ]


def test_the_last_trade_belongs_to_the_market(books: dict[str, Row], markets: list[Row]) -> None:
    seen = set()
    for market in markets:
        pair = [books[token]["last_trade_price"] for token in _tokens(market) if token in books]
        assert len(set(pair)) <= 1
        seen.update(pair)
    assert "" in seen
    assert any(price.endswith("0") for price in seen)


def test_books_are_the_same_whenever_they_are_asked(venue: SimulatedVenue) -> None:
    token_id = next(
        _tokens(market)[0]
        for event in venue.events()
        for market in event["markets"]
        if market["conditionId"] and "outcomePrices" in market and not market["closed"]
    )
    again = SimulatedVenue(seed=1, start=venue.now(), topics=200, shares={})
    assert venue.books([token_id]) == again.books([token_id])
    again.advance_to(venue.now() + timedelta(minutes=5))
    assert venue.books([token_id]) != again.books([token_id])
