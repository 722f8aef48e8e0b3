"""Selling and buying in one turn: what a sale frees, a buy of the same turn may take."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.account import Account, Exposure, SharedExposure
from prescient.core.execution.results import Rejection
from prescient.core.execution.turn import Turn, take_turn
from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import EventId, MarketId, Outcome
from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioStatus
from prescient.core.portfolio.positions import Action
from tests.builders import account, exposure, order, rules, sale

# 100 shares of YES in m1, bought for $50, are sold at 0.60 for $60.
HELD = exposure()
SOLD_OUT = sale()
HALF_SOLD = sale(bids=Bids(Evidence.BOOK, (Level(D("0.60"), D(50)),)))
OTHER_MARKET = MarketId("m2")
# 200 shares at 0.50 cost $100.
BUY = order(market_id=OTHER_MARKET, event_id=EventId("e1"))
NOTHING_SOLD = sale(bids=Bids(Evidence.BOOK, ()))


def what_came_of(
    turn: Turn,
) -> tuple[list[D], list[D], list[Rejection]]:
    """Dollars that each exit brought, dollars that each fill cost, and why the others failed."""
    return (
        [sold.exit.cash for sold in turn.exits],
        [bought.fill.cost_basis for bought in turn.fills],
        [rejected.reason for rejected in turn.rejections],
    )


@pytest.mark.parametrize(
    ("buy", "account_", "rules_", "reason"),
    [
        pytest.param(BUY, account(HELD, balance=D(40)), {}, "insufficient_balance", id="cash"),
        pytest.param(
            BUY, account(HELD), {"limits": Limits(None, None, 1)}, "max_positions", id="place"
        ),
        pytest.param(
            BUY,
            account(HELD),
            {"limits": Limits(None, D(100), 20)},
            "max_total_exposure",
            id="invested",
        ),
        pytest.param(
            BUY, account(HELD), {"max_event_exposure": D(100)}, "event_exposure_cap", id="event"
        ),
        pytest.param(
            BUY,
            account(HELD),
            {"shared": GlobalLimits(total_capital=D(100))},
            "total_capital_cap",
            id="capital in use",
        ),
        pytest.param(
            order(action=Action.BUY_NO),
            account(HELD),
            {"shared": GlobalLimits(max_market_exposure=D(100))},
            "market_exposure_cap",
            id="market",
        ),
        pytest.param(order(), account(HELD), {}, "already_held", id="the same side again"),
    ],
)
def test_a_sale_frees_what_the_buy_needs(
    buy: Any, account_: Account, rules_: dict[str, Any], reason: str
) -> None:
    """The buy is listed first, and would be rejected without the sale."""
    together = take_turn([buy, SOLD_OUT], account_, rules(**rules_))
    assert what_came_of(together) == ([D("60.00")], [D("100.00")], [])
    alone = take_turn([buy], account_, rules(**rules_))
    assert what_came_of(alone) == ([], [], [Rejection(reason)])
    failed = take_turn([buy, NOTHING_SOLD], account_, rules(**rules_))
    assert what_came_of(failed) == ([], [], [Rejection.NO_QUOTE, Rejection(reason)])


def test_a_position_sold_in_part_keeps_its_place_and_the_rest_of_its_exposure() -> None:
    turn = take_turn([HALF_SOLD], account(HELD), rules())
    assert turn.account.exposures == (HELD._replace(cost_basis=D("25.00")),)
    assert turn.account.balance == D("10030.00")
    assert turn.account.shared == SharedExposure({HELD.market_id: D("25.00")}, D("25.00"))
    one_place = rules(limits=Limits(None, None, 1))
    turn = take_turn([HALF_SOLD, BUY], account(HELD), one_place)
    assert what_came_of(turn) == ([D("30.00")], [], [Rejection.MAX_POSITIONS])
    turn = take_turn([HALF_SOLD, order()], account(HELD), rules())
    assert what_came_of(turn) == ([D("30.00")], [], [Rejection.ALREADY_HELD])


@pytest.mark.parametrize(("cap", "fills"), [("124.99", []), ("125", [D("100.00")])])
def test_a_partial_sale_frees_exactly_its_part(cap: str, fills: list[D]) -> None:
    bound = rules(max_event_exposure=D(cap))
    turn = take_turn([HALF_SOLD, BUY], account(HELD), bound)
    assert [bought.fill.cost_basis for bought in turn.fills] == fills


def test_what_others_hold_in_the_market_stays() -> None:
    """All portfolios hold $80 of the market, of which this one sells its $50."""
    shared = SharedExposure({HELD.market_id: D(80)}, D(500))
    turn = take_turn([SOLD_OUT], account(HELD, shared=shared), rules())
    assert turn.account.shared == SharedExposure({HELD.market_id: D("30.00")}, D("450.00"))


def test_of_two_positions_on_one_side_one_is_sold() -> None:
    """An upgraded portfolio may hold a side twice."""
    twin = HELD._replace(position_id=2)
    turn = take_turn([SOLD_OUT, order()], account(HELD, twin), rules())
    assert turn.account.exposures == (twin,)
    assert what_came_of(turn) == ([D("60.00")], [], [Rejection.ALREADY_HELD])


def test_a_paused_portfolio_sells_and_buys_nothing() -> None:
    paused = account(HELD, status=PortfolioStatus.PAUSED)
    turn = take_turn([BUY, SOLD_OUT], paused, rules())
    assert what_came_of(turn) == ([D("60.00")], [], [Rejection.PORTFOLIO_NOT_ACTIVE])


def test_a_fill_opens_its_position_with_its_triggers() -> None:
    """Bought at 0.50 with the bid at 0.49: stop 0.49 − 0.50 × 0.15, profit 0.50 × 1.25."""
    bound = rules(stop_loss_percentage=D("0.15"), take_profit_percentage=D("0.25"))
    turn = take_turn([BUY], account(), bound)
    assert [bought.triggers for bought in turn.fills] == [Triggers(D("0.415"), D("0.625"))]
    assert turn.account.exposures == (
        Exposure(None, OTHER_MARKET, EventId("e1"), Outcome.YES, D("100.00")),
    )


def test_a_turn_without_orders_changes_nothing() -> None:
    assert take_turn([], account(HELD), rules()) == Turn(account(HELD))
