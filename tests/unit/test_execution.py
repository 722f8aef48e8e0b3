"""Every rejection reason, each by the order that deserves it."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.buys import Rejection, execute
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioStatus
from prescient.core.portfolio.positions import Action
from tests.builders import account, order, rules

NOBODY_SELLS = Offers(Evidence.QUOTE, ())
DEARER = Offers(Evidence.BOOK, (Level(D("0.53"), D(1000)),))
THIN = Offers(Evidence.BOOK, (Level(D("0.50"), D("1.98")),))
HELD = {(MarketId("m1"), Action.BUY_YES)}


def exposure(key: str, dollars: str) -> defaultdict[Any, D]:
    return defaultdict(D, {key: D(dollars)})


@pytest.mark.parametrize(
    ("reason", "order_", "account_", "rules_"),
    [
        ("portfolio_not_active", {}, {"status": PortfolioStatus.PAUSED}, {}),
        ("market_closed", {"open": False}, {}, {}),
        ("already_held", {}, {"held": HELD}, {}),
        ("stale_quote", {"quote_age": timedelta(seconds=601)}, {}, {}),
        ("no_quote", {"available": NOBODY_SELLS}, {}, {}),
        ("spread_exceeds_stop", {"bid": D("0.46")}, {}, {"stop_loss_percentage": D("0.15")}),
        ("slippage", {"available": DEARER}, {}, {}),
        ("below_minimum", {"available": THIN}, {}, {}),
        ("below_minimum", {"budget": D("0.99")}, {}, {}),
        ("max_positions", {}, {"open_positions": 20}, {}),
        ("max_position_size", {}, {}, {"position_limit": D("99.99")}),
        ("insufficient_balance", {}, {"balance": D("99.99")}, {}),
        (
            "max_total_exposure",
            {},
            {"invested": D("900.01")},
            {"limits": Limits(None, D(1000), 20)},
        ),
        (
            "event_exposure_cap",
            {},
            {"event_exposure": exposure("e1", "200.01")},
            {"max_event_exposure": D(300)},
        ),
        (
            "market_exposure_cap",
            {},
            {"market_exposure": exposure("m1", "400.01")},
            {"shared": GlobalLimits(max_market_exposure=D(500))},
        ),
        (
            "total_capital_cap",
            {},
            {"capital_in_use": D("900.01")},
            {"shared": GlobalLimits(total_capital=D(1000))},
        ),
    ],
)
def test_rejected_with_its_reason(
    reason: str, order_: dict[str, Any], account_: dict[str, Any], rules_: dict[str, Any]
) -> None:
    done = execute([order(**order_)], account(**account_), rules(**rules_))
    assert done.fills == []
    assert [rejection for _, rejection in done.rejections] == [Rejection(reason)]


def test_the_same_orders_pass_at_the_very_limit() -> None:
    done = execute(
        [order()],
        account(
            balance=D(100),
            invested=D(900),
            open_positions=19,
            event_exposure=exposure("e1", "200"),
            market_exposure=exposure("m1", "400"),
            capital_in_use=D(900),
        ),
        rules(
            limits=Limits(None, D(1000), 20),
            position_limit=D(100),
            max_event_exposure=D(300),
            shared=GlobalLimits(D(500), D(1000)),
        ),
    )
    assert [fill.cost_basis for _, fill in done.fills] == [D("100.00")]


def test_a_limit_equal_to_the_budget_never_refuses_for_the_fee() -> None:
    done = execute([order(fee=FeeSchedule(D("0.07")))], account(), rules(position_limit=D(100)))
    assert [fill.cost_basis <= 100 for _, fill in done.fills] == [True]


def test_best_confidence_first_then_depth_then_id() -> None:
    orders = [
        order(signal_id=1, market_id=MarketId("b"), confidence=D("0.8")),
        order(signal_id=2, market_id=MarketId("a"), confidence=D("0.8")),
        order(signal_id=3, market_id=MarketId("c"), confidence=D("0.8"), liquidity=D(99999)),
        order(signal_id=4, market_id=MarketId("d"), confidence=D("0.9")),
    ]
    done = execute(orders, account(balance=D(350)), rules())
    assert [filled.signal_id for filled, _ in done.fills] == [4, 3, 2]
    assert [(rejected.signal_id, reason) for rejected, reason in done.rejections] == [
        (1, Rejection.INSUFFICIENT_BALANCE)
    ]


def test_each_order_sees_the_ones_before_it() -> None:
    orders = [
        order(signal_id=place, market_id=MarketId(f"m{place}"), event_id=EventId("same"))
        for place in range(4)
    ]
    done = execute(orders, account(), rules(max_event_exposure=D(250)))
    assert len(done.fills) == 2
    assert {reason for _, reason in done.rejections} == {Rejection.EVENT_EXPOSURE_CAP}


def test_a_market_wants_one_decision_a_side() -> None:
    done = execute([order(signal_id=1), order(signal_id=2)], account(), rules())
    assert (len(done.fills), [reason for _, reason in done.rejections]) == (
        1,
        [Rejection.ALREADY_HELD],
    )
