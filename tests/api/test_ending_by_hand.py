"""At which price, how many shares and how old a quote: closing by hand, liquidation, write-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.errors import PortfolioConflict
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import MarketId, Quote
from prescient.core.portfolio import closing
from prescient.core.portfolio.closing import HandOrder, OpenPosition
from tests.api.by_hand import go_dark, stored
from tests.api.client import BECAUSE, Client, sample
from tests.builders import NOON, event, holding, market

CLOSE = "/portfolios/1/positions/1/close"
ARCHIVE = {"status": "archived", "liquidate": True}


@pytest.fixture
def two_held(client: Client) -> Client:
    """Portfolio 1 holds 128.20 shares of YES in each of two markets."""
    client.world.exchange.events = [event(market(), market(market_id=MarketId("m2")))]
    client.create()
    client.world.run_cycle()
    return client


def book(*bids: tuple[str, str], ask: str) -> OrderBook:
    levels = tuple(Level(D(price), D(shares)) for price, shares in bids)
    return OrderBook(levels, (Level(D(ask), D(100)),))


# Closing


def test_it_sells_at_the_bids_of_now_and_not_at_those_stored(holder: Client) -> None:
    """It took the stored bid of 0.77, three days old, while the market stood at 0.40."""
    world = holder.world
    world.clock.pass_time(days=3)
    world.exchange.show(quote=Quote(D("0.40"), D("0.42")), yes_price=D("0.41"))
    answer = holder.post(CLOSE, BECAUSE)
    # 128.20 × 0.40 = 51.28
    assert (answer.status, answer.json["proceeds"]) == (200, D("51.28"))
    assert (answer.json["price"], answer.json["evidence"]) == (D("0.400000"), "quote")
    assert answer.json["quoted_at"] == "2026-03-04T12:00:00+00:00"
    assert world.breaks() == []


def test_a_quote_that_is_too_old_is_refused_where_the_exchange_is_silent(holder: Client) -> None:
    world = holder.world
    world.clock.pass_time(days=3)
    go_dark(world)
    before = world.everything()
    answer = holder.post(CLOSE, BECAUSE)
    assert (answer.status, answer.json["code"]) == (409, "stale_quote")
    assert answer.json["message"] == (
        "position_id: position 1 has a quote that is 259200 s old, more than 600 s, "
        "and the exchange shows no newer one"
    )
    assert world.everything() == before


@pytest.mark.parametrize(("seconds", "status"), [(600, 200), (601, 409)])
def test_without_the_exchange_the_stored_quote_stands_for_ten_minutes(
    holder: Client, seconds: int, status: int
) -> None:
    holder.world.clock.pass_time(seconds=seconds)
    go_dark(holder.world)
    answer = holder.post(CLOSE, BECAUSE)
    assert answer.status == status
    if status == 200:
        assert answer.json["quoted_at"] == "2026-03-01T12:00:00+00:00"
        assert answer.json["proceeds"] == D("98.71")


def test_without_the_exchange_it_walks_the_stored_book(client: Client) -> None:
    client.world.exchange.order_books["11"] = book(("0.77", "4"), ("0.75", "500"), ask="0.78")
    client.create()
    client.world.run_cycle()
    go_dark(client.world)
    answer = client.post(CLOSE, BECAUSE | {"shares": 10}).json
    # 4 × 0.77 + 6 × 0.75
    assert (answer["proceeds"], answer["evidence"]) == (D("7.58"), "book")


def test_it_walks_the_book_and_leaves_what_is_not_bid_for(holder: Client) -> None:
    world = holder.world
    world.exchange.order_books["11"] = book(("0.77", "40"), ("0.75", "13.333333"), ask="0.78")
    answer = holder.post(CLOSE, BECAUSE).json
    # 40 × 0.77 + 13.33 × 0.75 = 40.7975, down to the cent; the rest stays held.
    assert (answer["shares"], answer["shares_left"]) == (D("53.33"), D("74.87"))
    assert (answer["proceeds"], answer["price"]) == (D("40.79"), D("0.765001"))
    assert (answer["message"], answer["evidence"]) == ("Shares sold", "book")
    assert answer["realized_pnl"] == D("40.79") - D("41.60")  # 100.00 × 53.33 / 128.20
    (position,) = holder.get("/portfolios/1").json["portfolio"]["positions"]
    assert (position["shares"], position["cost_basis"]) == (D("74.87"), D("58.40"))
    assert stored(world) == {
        "kind": "manual",
        "shares": D("53.330000"),
        "price": D("0.765001"),
        "evidence": "book",
        "ordered_by": "someone",
        "reason": "for a test",
        "quoted_at": NOON,
        "matches": [["0.77", "40.00"], ["0.75", "13.33"]],
    }
    assert world.breaks() == []


def test_a_quote_takes_one_percent_of_the_liquidity(holder: Client) -> None:
    """All 128.20 shares went at the bid, whatever the market's depth."""
    holder.world.exchange.show(liquidity=D(5000))
    answer = holder.post(CLOSE, BECAUSE).json
    # 1% of $5,000 is $50: 50 / 0.77 = 64.935… shares
    assert (answer["shares"], answer["shares_left"]) == (D("64.93"), D("63.27"))
    assert answer["proceeds"] == D("49.99")
    assert holder.world.breaks() == []


def test_a_book_that_contradicts_the_listed_quote_is_none(holder: Client) -> None:
    holder.world.exchange.order_books["11"] = book(("0.58", "1000"), ask="0.60")
    answer = holder.post(CLOSE, BECAUSE).json
    assert (answer["price"], answer["evidence"]) == (D("0.770000"), "quote")


def test_without_an_answer_of_the_clob_the_quote_of_now_stands(holder: Client) -> None:
    holder.world.clock.pass_time(days=3)
    holder.world.exchange.fails = {"books"}
    answer = holder.post(CLOSE, BECAUSE).json
    assert (answer["evidence"], answer["quoted_at"]) == ("quote", "2026-03-04T12:00:00+00:00")


@pytest.mark.parametrize(
    ("shown", "code", "reason"),
    [
        (
            {"quote": Quote(D("0.01"), D("0.78"))},
            "no_bid",
            "has no bid",
        ),  # a stub, $98.71 became $1.28
        ({"quote": Quote(D(0), D("0.02"))}, "no_bid", "has no bid"),
        ({"quote": None}, "no_bid", "has no bid"),
        ({"closed": True}, "market_closed", "is of a market that takes no orders"),
        ({"accepting_orders": False}, "market_closed", "is of a market that takes no orders"),
        ({"market_id": MarketId("other")}, "market_closed", "is of a market that takes no orders"),
        (
            {"condition_id": "0x2"},
            "market_replaced",
            "is of another market than its id stands for now",
        ),
    ],
)
def test_what_the_exchange_shows_now_can_forbid_the_sale(
    holder: Client, shown: dict[str, Any], code: str, reason: str
) -> None:
    holder.world.exchange.show(**shown)
    before = holder.world.everything()
    answer = holder.post(CLOSE, BECAUSE)
    assert (answer.status, answer.json["code"]) == (409, code)
    assert answer.json["message"] == f"position_id: position 1 {reason}"
    assert holder.world.everything() == before


def test_no_transaction_is_open_while_the_exchange_is_asked(holder: Client) -> None:
    states: list[str] = []

    def watch() -> None:
        found = holder.world.rows(
            "SELECT state FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        states.extend(row["state"] for row in found)

    holder.world.exchange.while_answering = watch
    assert holder.post(CLOSE, BECAUSE).status == 200
    assert set(states) == {"idle"}


@given(
    levels=st.lists(
        st.tuples(st.integers(69, 77), st.integers(1, 9_000_000)),
        min_size=1,
        max_size=8,
        unique_by=lambda level: level[0],
    ),
    held=st.integers(1, 20_000),
    wanted=st.integers(1, 20_000),
)
def test_a_sale_takes_the_best_bids_first_and_never_more_than_there_is(
    levels: list[tuple[int, int]], held: int, wanted: int
) -> None:
    """Against fractions: levels in cents and millionths of a share, shares in hundredths."""
    ordered = sorted(levels, reverse=True)
    bids = tuple(Level(D(price) / 100, D(size) / 1_000_000) for price, size in ordered)
    shown = closing.showing(
        market(), holding().outcome, OrderBook(bids, (Level(D("0.78"), D(1)),)), NOON
    )
    position = OpenPosition(holding(shares=D(held) / 100), None, shown)
    left, proceeds = min(wanted, held), Fraction(0)
    for price, size in ordered:
        taken = min(left, size // 10_000)
        left, proceeds = left - taken, proceeds + Fraction(price, 100) * Fraction(taken, 100)
    order = HandOrder(ordered_by="someone", now=NOON, max_quote_age=timedelta(minutes=10))
    sold = min(wanted, held) - left
    if sold:
        made = closing.close(position, D(min(wanted, held)) / 100, order)
        assert (made.shares, made.proceeds) == (D(sold) / 100, D(int(proceeds * 100)) / 100)
    else:
        with pytest.raises(PortfolioConflict, match="has no bid"):
            closing.close(position, D(min(wanted, held)) / 100, order)


# Liquidation


def thin_second(client: Client) -> None:
    """1% of $1,000 is $10, which takes 12.98 shares at 0.77."""
    (shown,) = client.world.exchange.events
    first, second = shown.markets
    client.world.exchange.events = [event(first, replace(second, liquidity=D(1000)))]


def second_id(client: Client) -> int:
    row = client.world.row("SELECT id FROM portfolio_positions WHERE market_id = 'm2'")
    return int(row["id"])


def test_liquidation_refuses_and_names_what_cannot_be_sold(two_held: Client) -> None:
    """It sold every share at the bid, whatever the depth."""
    thin_second(two_held)
    before = two_held.world.everything()
    answer = two_held.patch("/portfolios/1", ARCHIVE)
    assert answer.status == 409
    assert answer.json["message"] == (
        f"liquidate: 115.22 shares of position {second_id(two_held)}: no bids for them"
    )
    assert two_held.world.everything() == before


def test_liquidation_in_part_sells_what_it_can_and_pauses(two_held: Client) -> None:
    thin_second(two_held)
    answer = two_held.patch("/portfolios/1", {**ARCHIVE, "partial": True})
    assert answer.status == 200
    done = answer.json["liquidation"]
    assert done["archived"] is False
    # 128.20 × 0.77 = 98.714; 12.98 × 0.77 = 9.9946
    sold = {row["position_id"]: (row["shares"], row["proceeds"]) for row in done["sold"]}
    thin = second_id(two_held)
    assert sold == {3 - thin: (D("128.20"), D("98.71")), thin: (D("12.98"), D("9.99"))}
    assert done["left"] == [
        {"position_id": thin, "shares": D("115.22"), "obstacle": "no bids for them"}
    ]
    shown = answer.json["portfolio"]
    assert (shown["status"], shown["open_positions"]) == ("paused", 1)
    two_held.world.run_cycle()  # a paused portfolio buys nothing back
    assert two_held.get("/portfolios/1").json["portfolio"]["open_positions"] == 1
    assert two_held.world.breaks() == []


def test_liquidation_in_part_archives_once_nothing_is_left(two_held: Client) -> None:
    answer = two_held.patch("/portfolios/1", {**ARCHIVE, "partial": True}).json
    assert (answer["liquidation"]["archived"], answer["liquidation"]["left"]) == (True, [])
    assert answer["portfolio"]["status"] == "archived"
    assert two_held.world.breaks() == []


def test_liquidation_takes_no_old_quote(two_held: Client) -> None:
    two_held.world.clock.pass_time(days=3)
    go_dark(two_held.world)
    before = two_held.world.everything()
    answer = two_held.patch("/portfolios/1", ARCHIVE)
    assert (answer.status, answer.json["code"]) == (409, "positions_unsold")
    for position_id in (1, 2):
        text = f"128.2 shares of position {position_id}: has a quote that is 259200 s old"
        assert text in answer.json["message"]
    assert two_held.world.everything() == before


def test_another_change_says_nothing_of_a_liquidation(two_held: Client) -> None:
    assert two_held.patch("/portfolios/1", {"name": "New"}).json["liquidation"] is None


# Reasons


REASON_IS_NEEDED = [
    ("/portfolios/1/positions/1/close", {"shares": 1}),
    ("/portfolios/1/positions/1/write-off", {}),
    ("/portfolios/1/deposit", {"amount": 5}),
    ("/portfolios/1/withdraw", {"amount": 5}),
    ("/portfolios/transfer", {"from_portfolio_id": 1, "to_portfolio_id": 2, "amount": 5}),
    ("/portfolios/1/clone", {"name": "Twin"}),
    ("/portfolios/1/pause", {}),
    ("/portfolios/1/reactivate", {}),
    ("/portfolios/1/archive", {}),
    ("/portfolios/pause-all", {}),
    ("/portfolios/reactivate-all", {}),
]


@pytest.mark.parametrize(("target", "body"), REASON_IS_NEEDED)
def test_what_a_user_does_by_hand_has_its_reason(
    offline: Client, target: str, body: Mapping[str, object]
) -> None:
    refused = offline.post(target, body)
    assert (refused.status, refused.rules) == (422, {"reason": "is required"})
    for empty in ("", " \n"):
        refused = offline.post(target, {**body, "reason": empty})
        assert (refused.status, [*refused.rules]) == (422, ["reason"])
    assert offline.post(target, {**body, **BECAUSE}).status == 503, "no rule is broken any more"


def test_the_reason_of_a_sale_by_hand_is_kept(holder: Client) -> None:
    holder.send(sample("close_position"))
    end = {"status": "archived", "liquidate": True, "reason": "the experiment is over"}
    assert holder.patch("/portfolios/1", end).status == 200
    exits = holder.get("/portfolios/1/exits").json["exits"]
    assert [row["reason"] for row in exits] == ["the experiment is over", "The news is out"]
