"""Legs of a group: equal shares, all or none."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.orders import BuyOrder
from prescient.core.execution.turn import Turn, take_turn
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.markets import EventId, MarketId
from prescient.core.portfolio.portfolios import GlobalLimits, Limits
from tests.builders import account, order, rules


def leg(place: int, **changes: Any) -> BuyOrder:
    values: dict[str, Any] = {
        "signal_id": place,
        "market_id": MarketId(f"m{place}"),
        "event_id": EventId("e1"),
        "group_id": "g",
        "shares": D("50.00"),
        "confidence": D(1),
        "target_price": D("0.30"),
        "available": Offers(Evidence.BOOK, (Level(D("0.30"), D(60)),)),
    }
    return order(**values | changes)


def outcome(turn: Turn) -> tuple[list[D], dict[int, str]]:
    shares = [bought.fill.shares for bought in turn.fills]
    return shares, {refused.order.signal_id: refused.reason.value for refused in turn.rejections}


def test_all_legs_get_the_same_shares() -> None:
    shares, rejected = outcome(take_turn([leg(1), leg(2), leg(3)], account(), rules()))
    assert (shares, rejected) == ([D("50.00")] * 3, {})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"available": Offers(Evidence.BOOK, (Level(D("0.30"), D("49.99")),))}, "incomplete_legs"),
        ({"available": Offers(Evidence.BOOK, ())}, "no_quote"),
        ({"available": Offers(Evidence.BOOK, (Level(D("0.34"), D(60)),))}, "slippage"),
        ({"open": False}, "market_closed"),
    ],
)
def test_one_leg_that_fails_stops_them_all(bad: dict[str, Any], reason: str) -> None:
    shares, rejected = outcome(take_turn([leg(1), leg(2, **bad), leg(3)], account(), rules()))
    assert shares == []
    assert rejected == {1: "incomplete_legs", 2: reason, 3: "incomplete_legs"}


@pytest.mark.parametrize(
    ("account_", "rules_", "reason"),
    [
        ({"balance": D("44.99")}, {}, "insufficient_balance"),
        ({}, {"limits": Limits(None, D("44.99"), 20)}, "max_total_exposure"),
        ({}, {"limits": Limits(None, None, 2)}, "max_positions"),
        ({}, {"max_event_exposure": D("44.99")}, "event_exposure_cap"),
        ({}, {"shared": GlobalLimits(total_capital=D("44.99"))}, "total_capital_cap"),
    ],
)
def test_a_limit_that_stops_the_last_leg_stops_them_all(
    account_: dict[str, Any], rules_: dict[str, Any], reason: str
) -> None:
    legs = [leg(1), leg(2), leg(3)]
    shares, rejected = outcome(take_turn(legs, account(**account_), rules(**rules_)))
    assert shares == []
    assert rejected == {1: "incomplete_legs", 2: "incomplete_legs", 3: reason}


def test_what_a_failed_group_would_have_taken_stays_free() -> None:
    alone = order(signal_id=9, market_id=MarketId("m9"), budget=D(40), confidence=D("0.8"))
    turn = take_turn([leg(1), leg(2), leg(3), alone], account(balance=D("44.99")), rules())
    assert [bought.order.signal_id for bought in turn.fills] == [9]


def test_ten_orders_never_fill_more_than_the_book_holds() -> None:
    book = Offers(Evidence.BOOK, (Level(D("0.50"), D(30)),))
    orders = [order(signal_id=place, available=book) for place in range(10)]
    turn = take_turn(orders, account(), rules())
    assert sum(bought.fill.shares for bought in turn.fills) <= 30


def test_a_leg_has_no_stop_that_its_spread_could_hit() -> None:
    """Bid 0.20 and ask 0.30: far more than half of a stop of 15%."""
    stop = rules(stop_loss_percentage=D("0.15"))
    assert outcome(take_turn([leg(1, bid=D("0.20")), leg(2)], account(), stop))[1] == {}
    alone = order(bid=D("0.20"))
    assert outcome(take_turn([alone], account(), stop))[1] == {1: "spread_exceeds_stop"}
