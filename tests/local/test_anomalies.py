"""What a live exchange shows now and then is served: at its share, by seed, and without a gift."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from local.exchange.anomalies import SHARES, Anomaly, Shares
from local.exchange.oddities import ODD_FOR
from local.exchange.simulated import EPOCH, SimulatedVenue
from local.exchange.topics import write_topic
from tests.local.conftest import Serve
from tests.local.shares import assert_share

Row = Mapping[str, Any]
NOW = EPOCH + timedelta(days=14)
HOUR = timedelta(hours=1)
WIDE = 0.10
MANY = 800
DECIDED = (["1", "0"], ["0", "1"])
NOT_FINAL = ("proposed", "disputed", "challenged")


def _venue(shares: Shares, days: float = 14, topics: int = 60, seed: int = 1) -> SimulatedVenue:
    start = EPOCH + timedelta(days=days)
    return SimulatedVenue(seed=seed, start=start, topics=topics, shares=shares)


def _always(anomaly: Anomaly, days: float = 14) -> SimulatedVenue:
    return _venue({anomaly: 1.0}, days)


@pytest.fixture(scope="module")
def served() -> SimulatedVenue:
    """A large exchange with all anomalies at their shares."""
    return _venue(SHARES, topics=MANY)


@pytest.fixture(scope="module")
def without(served: SimulatedVenue) -> dict[str, Row]:
    """The markets of the large exchange by id, as they are without any."""
    return _by_id(_venue({}, topics=MANY))


@pytest.fixture(scope="module")
def plain() -> SimulatedVenue:
    """A small exchange without any."""
    return _venue({})


def _markets(venue: SimulatedVenue) -> Iterator[Row]:
    return (market for event in venue.events() for market in event["markets"])


def _by_id(venue: SimulatedVenue) -> dict[str, Row]:
    return {market["id"]: market for market in _markets(venue)}


def _live(venue: SimulatedVenue) -> list[Row]:
    return [market for market in _markets(venue) if market["active"] and not market["closed"]]


def _traded(venue: SimulatedVenue) -> list[Row]:
    """Those with a price that leaves room on both sides."""
    return [market for market in _live(venue) if 0.2 < _price(market) < 0.8]


def _prices(market: Row) -> list[str]:
    prices: list[str] = json.loads(market.get("outcomePrices") or "[]")
    return prices


def _price(market: Row) -> float:
    prices = _prices(market)
    return float(prices[0]) if prices else 0.0


def _quote(market: Row) -> tuple[float, float]:
    return market.get("bestBid", 0), market["bestAsk"]


def _tokens(market: Row) -> list[str]:
    tokens: list[str] = json.loads(market.get("clobTokenIds") or "[]")
    return tokens


def _top(book: Row) -> tuple[float, float]:
    bids, asks = book["bids"], book["asks"]
    return float(bids[-1]["price"]) if bids else 0.0, float(asks[-1]["price"]) if asks else 1.0


def _is_wide(market: Row) -> bool:
    bid, ask = _quote(market)
    return ask - bid > WIDE + 1e-9 and (bid, ask) != (0, 1)


def _is_stub(market: Row) -> bool:
    return market.get("bestBid") == 0.01 and _price(market) > WIDE


def _levels(book: Row) -> list[Row]:
    return [*book["bids"], *book["asks"]]


def test_wide_and_stub_quotes_have_the_recorded_shares_of_live_rows(served: SimulatedVenue) -> None:
    live = _live(served)
    assert any(map(_is_stub, live))
    assert_share([(_is_wide(market), 1) for market in live], 0.012)
    assert_share([(_is_stub(market), 1) for market in live], 0.002)


def test_books_have_their_anomalies_at_their_shares(served: SimulatedVenue) -> None:
    markets = {_tokens(market)[0]: market for market in _live(served) if _tokens(market)}
    books = served.books(list(markets))
    six = [any(_decimals(level["size"]) == 6 for level in _levels(book)) for book in books.values()]
    edge = [any(_is_edge(level) for level in _levels(book)) for book in books.values()]
    contradicting = [_contradicts(book, markets[token]) for token, book in books.items()]
    assert_share([(odd, 1) for odd in six], SHARES[Anomaly.SIX_DECIMALS], rounding=0.002)
    assert_share([(odd, 1) for odd in edge], SHARES[Anomaly.EDGE_LEVELS])
    assert_share([(odd, 1) for odd in contradicting], 0.003)
    assert any(contradicting)
    assert any(edge)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _is_edge(level: Row) -> bool:
    return not 1e-6 < float(level["price"]) < 1 - 1e-6


def _contradicts(book: Row, market: Row) -> bool:
    pairs = zip(_top(book), _quote(market), strict=True)
    return max(abs(shown - listed) for shown, listed in pairs) > 0.05


def test_identities_change_and_die_at_their_shares(
    served: SimulatedVenue, without: dict[str, Row]
) -> None:
    closed = [market for market in _markets(served) if market["closed"] and market["conditionId"]]
    single = [market for market in closed if not market["negRisk"]]
    swapped = [market["outcomes"] != without[market["id"]]["outcomes"] for market in single]
    other = [market["conditionId"] != without[market["id"]]["conditionId"] for market in closed]
    poisoned = [served.is_poisoned(market["id"]) for market in _markets(served)]
    assert any(swapped)
    assert_share([(odd, 1) for odd in swapped], SHARES[Anomaly.SWAPPED_OUTCOMES])
    assert any(other)
    assert_share([(odd, 1) for odd in other], SHARES[Anomaly.OTHER_CONDITION])
    assert any(poisoned)
    placeholders = 0.13  # of rows, which have no anomaly
    assert_share(
        [(odd, 1) for odd in poisoned], SHARES[Anomaly.POISONED] * (1 - placeholders), 0.0005
    )


def test_ends_come_too_early_or_never_at_their_shares(served: SimulatedVenue) -> None:
    closed = [market for market in _markets(served) if market["closed"]]
    recent = [market for market in closed if _closed_at(market) > _recent()]
    old = [market for market in closed if _closed_at(market) <= _recent()]
    early = [_waits(market) for market in recent]
    never = [_prices(market) == ["0", "0"] for market in old]
    assert len(recent) > 150
    assert any(early)
    assert_share([(odd, 1) for odd in early], SHARES[Anomaly.EARLY_CLOSE])
    assert any(never)
    assert_share([(odd, 1) for odd in never], SHARES[Anomaly.NEVER_PAID])
    assert not any(_waits(market) for market in old)


def _recent() -> str:
    return f"{NOW - ODD_FOR:%Y-%m-%d %H:%M:%S}+00"


def _closed_at(market: Row) -> str:
    moment: str = market["closedTime"]
    return moment


def _waits(market: Row) -> bool:
    """Whether it is priced as decided while its outcome is not final."""
    statuses = json.loads(market["umaResolutionStatuses"]) or [""]
    status = market.get("umaResolutionStatus", statuses[-1]).lower()
    return market["closed"] and _prices(market) in DECIDED and status in NOT_FINAL


def test_the_same_seed_has_the_same_anomalies_and_another_seed_others() -> None:
    first, again, other = (_venue(SHARES, seed=seed).events() for seed in (3, 3, 4))
    assert first == again
    assert first != other
    shown = [[_is_wide(market) for market in _markets(_venue(SHARES, seed=s))] for s in (3, 4)]
    assert shown[0] != shown[1]


@pytest.mark.parametrize("anomaly", [Anomaly.WIDE_SPREAD, Anomaly.STUB_QUOTE])
def test_an_anomalous_quote_gives_nothing_away(anomaly: Anomaly, plain: SimulatedVenue) -> None:
    """It buys dearer and sells cheaper than the usual one, under the same price."""
    usual = _by_id(plain)
    markets = _traded(_always(anomaly))
    assert len(markets) > 30
    for market in markets:
        bid, ask = _quote(market)
        usual_bid, usual_ask = _quote(usual[market["id"]])
        assert bid < usual_bid
        assert ask >= usual_ask
        assert _is_wide(market)
        assert market["outcomePrices"] == usual[market["id"]]["outcomePrices"]
        if anomaly is Anomaly.WIDE_SPREAD:
            assert (bid + ask) / 2 == pytest.approx(_price(market))
        else:
            assert bid == 0.01
    if anomaly is Anomaly.STUB_QUOTE:
        assert {market["bestAsk"] == 0.99 for market in markets} == {True, False}


@pytest.mark.parametrize("anomaly", [Anomaly.WIDE_SPREAD, Anomaly.STUB_QUOTE])
def test_books_of_anomalous_quotes_agree_with_them(anomaly: Anomaly) -> None:
    venue = _always(anomaly)
    for market in _traded(venue):
        for token in _tokens(market)[:1]:
            assert _top(venue.books([token])[token]) == pytest.approx(_quote(market))


def test_contradicting_books_are_moved_both_ways_or_stubs(plain: SimulatedVenue) -> None:
    venue = _always(Anomaly.CONTRADICTING_BOOK)
    assert list(_markets(venue)) == list(_markets(plain))
    seen = set()
    for market in _traded(venue):
        for token in _tokens(market)[:1]:
            (bid, ask), listed = _top(venue.books([token])[token]), _quote(market)
            assert abs(bid - listed[0]) > 0.05
            assert bid < ask
            seen.add("stub" if (bid, ask) == (0.01, 0.99) else bid > listed[0])
    assert seen == {"stub", True, False}


def test_books_of_no_mirror_those_of_yes_with_dust_and_edges() -> None:
    venue = _venue({Anomaly.SIX_DECIMALS: 1.0, Anomaly.EDGE_LEVELS: 1.0})
    for yes, no in (_tokens(market) for market in _traded(venue) if _tokens(market)):
        books = venue.books([yes, no])
        assert books[yes]["asks"][0]["price"] == "0.9999996"
        assert books[no]["bids"][0]["price"] == "0.0000004"
        assert books[yes]["bids"][-1]["size"] == books[no]["asks"][-1]["size"]
        assert 3 <= _decimals(books[yes]["bids"][-1]["size"]) <= 6


def test_a_swapped_market_is_the_same_market_told_the_other_way_round(
    plain: SimulatedVenue,
) -> None:
    venue, usual = _always(Anomaly.SWAPPED_OUTCOMES), _by_id(plain)
    swapped = [m for m in _markets(venue) if m["outcomes"] != usual[m["id"]]["outcomes"]]
    assert len(swapped) > 20
    assert not any(market["negRisk"] for market in swapped)
    for market in swapped:
        before = usual[market["id"]]
        assert json.loads(market["outcomes"]) == json.loads(before["outcomes"])[::-1]
        assert _tokens(market) == _tokens(before)[::-1]
        assert _prices(market) == _prices(before)[::-1]
        bid, ask = _quote(before)
        assert _quote(market) == pytest.approx((1 - ask, 1 - bid))
        if not market["closed"] and (book := venue.books(_tokens(market)[:1])):
            best_bid, best_ask = _quote(market)
            (top,) = map(_top, book.values())
            assert top[0] == pytest.approx(best_bid)
            assert top[1] <= best_ask + 1e-9


def test_another_condition_is_that_of_the_row_and_its_books(plain: SimulatedVenue) -> None:
    venue, usual = _always(Anomaly.OTHER_CONDITION), _by_id(plain)
    changed = [m for m in _markets(venue) if m["conditionId"] != usual[m["id"]]["conditionId"]]
    assert 20 < len(changed) < len(usual)
    for market in changed:
        before = usual[market["id"]]
        assert {**market, "conditionId": before["conditionId"]} == before
        for book in venue.books(_tokens(market)).values():
            assert book["market"] == market["conditionId"]


def test_delisted_events_are_gone_for_a_day_and_come_back() -> None:
    life, shares = timedelta(days=10), {Anomaly.DELISTED: 1.0}
    for topic in (write_topic(1, number, EPOCH, life, shares) for number in range(50)):
        listed = [topic.listed(EPOCH + hour * HOUR) for hour in range(10 * 24)]
        assert listed[0]
        assert listed[-1]
        assert listed.count(False) == 24
        assert sum(listed[hour] != listed[hour - 1] for hour in range(1, len(listed))) == 2


def test_what_is_delisted_is_in_no_answer(plain: SimulatedVenue) -> None:
    venue = _venue({Anomaly.DELISTED: 1.0})
    gone = {event["id"] for event in plain.events()} - {event["id"] for event in venue.events()}
    assert gone
    assert all(event["closed"] is False for event in plain.events() if event["id"] in gone)


def test_a_poisoned_id_is_answered_with_500_alone_and_in_any_batch(serve: Serve) -> None:
    venue = _venue({Anomaly.POISONED: 0.1}, days=1)
    client = serve(venue)
    poisoned = next(m for m in _traded(venue) if venue.is_poisoned(m["id"]) and _tokens(m))
    sound = next(m for m in _traded(venue) if not venue.is_poisoned(m["id"]) and _tokens(m))
    both = [("id", sound["id"]), ("id", poisoned["id"])]
    assert client.request("GET", "/markets", fields=both).status == 500
    assert client.request("GET", "/markets", fields=both[:1]).status == 200
    assert client.ask(f"/markets/{poisoned['id']}")[1].keys() == {"type", "error"}
    assert client.ask(f"/markets/{poisoned['conditionId']}") == (
        500,
        {"error": "internal server error"},
    )
    for token in _tokens(poisoned):
        batch = [{"token_id": token}, {"token_id": _tokens(sound)[0]}]
        assert client.post("/books", batch)[0] == 500
        assert client.post("/books", batch[1:])[0] == 200
        assert client.ask("/prices-history", market=token, interval="1d")[0] == 500
    listed = [row["id"] for page in client.pages("/markets/keyset", limit="100") for row in page]
    assert poisoned["id"] in listed


def test_an_early_close_waits_two_days_and_may_be_reversed(serve: Serve) -> None:
    venue = _always(Anomaly.EARLY_CLOSE)
    waiting = [market for market in _markets(venue) if _waits(market)]
    client = serve(venue)
    later = _by_id(_always(Anomaly.EARLY_CLOSE, days=16.1))
    assert len(waiting) > 8
    for market in waiting:
        final = later[market["id"]]
        assert not _waits(final)
        assert _prices(final) != ["0", "0"]
        if market["conditionId"]:
            details = client.get(f"/markets/{market['conditionId']}")
            assert not any(token["winner"] for token in details["tokens"])
    same = [_prices(market) == _prices(later[market["id"]]) for market in waiting]
    assert set(same) == {True, False}


def test_statuses_of_early_closes_come_in_all_spellings() -> None:
    venue = _venue({Anomaly.EARLY_CLOSE: 1.0}, topics=400)
    told = {
        market.get("umaResolutionStatus", json.loads(market["umaResolutionStatuses"])[-1:])
        if "umaResolutionStatus" in market
        else f"last: {json.loads(market['umaResolutionStatuses'])[-1]}"
        for market in _markets(venue)
        if _waits(market)
    }
    assert told == {
        *("proposed", "Proposed", "disputed", "DISPUTED", "challenged", "Challenged"),
        *("last: proposed", "last: disputed"),
    }


def test_what_is_never_paid_stays_at_zero_for_good() -> None:
    closed = [m for m in _markets(_always(Anomaly.NEVER_PAID, days=30)) if m["closed"]]
    assert len(closed) > 100
    assert all(_prices(market) == ["0", "0"] for market in closed)
    assert not any("umaResolutionStatus" in market for market in closed)


def test_anomalies_change_no_price(served: SimulatedVenue, without: dict[str, Row]) -> None:
    for market in _live(served):
        before = without[market["id"]]
        if market["outcomes"] == before["outcomes"]:
            assert market.get("outcomePrices") == before.get("outcomePrices")
            assert market.get("oneDayPriceChange") == before.get("oneDayPriceChange")


def test_every_anomaly_is_served_at_a_small_share() -> None:
    assert SHARES.keys() == set(Anomaly)
    assert math.fsum(SHARES.values()) < 0.2
