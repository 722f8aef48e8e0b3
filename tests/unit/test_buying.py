"""Buys: every rejection reason, each by the order that deserves it."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.account import Account, SharedExposure
from prescient.core.execution.results import Rejection
from prescient.core.execution.turn import take_turn
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioStatus
from tests.builders import account, exposure, order, rules

NO_OFFERS = Offers(Evidence.QUOTE, ())
DEARER = Offers(Evidence.BOOK, (Level(D("0.53"), D(1000)),))
THIN = Offers(Evidence.BOOK, (Level(D("0.50"), D("1.98")),))
ELSEWHERE = exposure(market_id=MarketId("m9"), event_id=EventId("e9"))


def shared(market: str = "0", capital: str = "0") -> dict[str, Any]:
    """Dollars over all portfolios in the order's market, and in all."""
    return {"shared": SharedExposure({MarketId("m1"): D(market)}, D(capital))}


@pytest.mark.parametrize(
    ("reason", "order_", "account_", "rules_"),
    [
        ("portfolio_not_active", {}, account(status=PortfolioStatus.PAUSED), {}),
        ("market_closed", {"open": False}, account(), {}),
        ("already_held", {}, account(exposure()), {}),
        ("market_ended", {"time_to_end": timedelta(0)}, account(), {}),
        ("stale_quote", {"quote_age": timedelta(seconds=601)}, account(), {}),
        ("stale_quote", {"quote_delay": timedelta(seconds=901)}, account(), {}),
        ("no_quote", {"available": NO_OFFERS}, account(), {}),
        (
            "spread_exceeds_stop",
            {"bid": D("0.46")},
            account(),
            {"stop_loss_percentage": D("0.15")},
        ),
        ("slippage", {"available": DEARER}, account(), {}),
        ("below_minimum", {"available": THIN}, account(), {}),
        ("below_minimum", {"budget": D("0.99")}, account(), {}),
        (
            "max_positions",
            {},
            account(*(ELSEWHERE._replace(position_id=place) for place in range(20))),
            {},
        ),
        ("max_position_size", {}, account(), {"position_limit": D("99.99")}),
        ("insufficient_balance", {}, account(balance=D("99.99")), {}),
        (
            "max_total_exposure",
            {},
            account(ELSEWHERE._replace(cost_basis=D("900.01"))),
            {"limits": Limits(None, D(1000), 20)},
        ),
        (
            "event_exposure_cap",
            {},
            account(exposure(market_id=MarketId("m2"), cost_basis=D("200.01"))),
            {"max_event_exposure": D(300)},
        ),
        (
            "market_exposure_cap",
            {},
            account(**shared(market="400.01")),
            {"shared": GlobalLimits(max_market_exposure=D(500))},
        ),
        (
            "total_capital_cap",
            {},
            account(**shared(capital="900.01")),
            {"shared": GlobalLimits(total_capital=D(1000))},
        ),
    ],
)
def test_rejected_with_its_reason(
    reason: str, order_: dict[str, Any], account_: Account, rules_: dict[str, Any]
) -> None:
    turn = take_turn([order(**order_)], account_, rules(**rules_))
    assert turn.fills == []
    assert [rejected.reason for rejected in turn.rejections] == [Rejection(reason)]
    assert turn.account == account_


def test_the_same_orders_pass_at_the_very_limit() -> None:
    in_the_event = exposure(market_id=MarketId("m2"), cost_basis=D(200))
    elsewhere = [ELSEWHERE._replace(cost_basis=D(50))] * 14
    turn = take_turn(
        [order()],
        account(*elsewhere, in_the_event, balance=D(100), **shared("400", "900")),
        rules(
            limits=Limits(None, D(1000), 16),
            position_limit=D(100),
            max_event_exposure=D(300),
            shared=GlobalLimits(D(500), D(1000)),
        ),
    )
    assert [bought.fill.cost_basis for bought in turn.fills] == [D("100.00")]


def test_a_limit_equal_to_the_budget_never_refuses_for_the_fee() -> None:
    turn = take_turn([order(fee=FeeSchedule(D("0.07")))], account(), rules(position_limit=D(100)))
    assert [bought.fill.cost_basis <= 100 for bought in turn.fills] == [True]


def test_best_confidence_first_then_depth_then_id() -> None:
    orders = [
        order(signal_id=1, market_id=MarketId("b"), confidence=D("0.8")),
        order(signal_id=2, market_id=MarketId("a"), confidence=D("0.8")),
        order(signal_id=3, market_id=MarketId("c"), confidence=D("0.8"), liquidity=D(99999)),
        order(signal_id=4, market_id=MarketId("d"), confidence=D("0.9")),
    ]
    turn = take_turn(orders, account(balance=D(350)), rules())
    assert [bought.order.signal_id for bought in turn.fills] == [4, 3, 2]
    assert [(refused.order.signal_id, refused.reason) for refused in turn.rejections] == [
        (1, Rejection.INSUFFICIENT_BALANCE)
    ]


def test_each_order_sees_the_ones_before_it() -> None:
    orders = [
        order(signal_id=place, market_id=MarketId(f"m{place}"), event_id=EventId("same"))
        for place in range(4)
    ]
    turn = take_turn(orders, account(), rules(max_event_exposure=D(250)))
    assert len(turn.fills) == 2
    assert {rejected.reason for rejected in turn.rejections} == {Rejection.EVENT_EXPOSURE_CAP}


def test_a_market_wants_one_decision_a_side() -> None:
    turn = take_turn([order(signal_id=1), order(signal_id=2)], account(), rules())
    assert len(turn.fills) == 1
    assert [rejected.reason for rejected in turn.rejections] == [Rejection.ALREADY_HELD]
