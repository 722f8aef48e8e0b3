"""A market id that begins to stand for another market, and outcomes that are only proposed."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.market.markets import MarketId, ResolutionStatus
from prescient.usecases import closing
from tests.builders import event, market
from tests.world import World

# A buy of $100 at 0.78 holds 128.20 shares.
OTHER_CONDITION = {"condition_id": "0x2"}
OTHER_ORDER = {"yes_token_id": "12", "no_token_id": "11"}
OTHERS = pytest.mark.parametrize(
    "other", [OTHER_CONDITION, OTHER_ORDER], ids=["condition", "order"]
)


def test_a_position_keeps_what_it_bought(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    kept = world.row("SELECT condition_id, yes_token_id, no_token_id FROM portfolio_positions")
    assert kept == {"condition_id": "0x1", "yes_token_id": "11", "no_token_id": "12"}


@OTHERS
def test_another_market_under_the_same_id_neither_marks_nor_settles_nor_sells(
    world: World, other: dict[str, Any]
) -> None:
    portfolio_id = world.portfolio(stop_loss_percentage=0.15)
    world.run_cycle()
    world.reprice("0.89", "0.91")
    assert world.state(portfolio_id).total_value == D("10015.38")  # 128.20 × 0.90 − 100
    update = world.reprice("0.10", "0.11", **other)
    assert (update.exited, update.flagged) == (0, 1)
    update = world.reprice("0.10", "0.11", **other, closed=True, yes_price=D(1), no_price=D(0))
    assert (update.settled, update.flagged) == (0, 1)
    state = world.state(portfolio_id)
    assert (state.total_value, state.current_balance) == (D("10015.38"), D("9900.00"))
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": "identity_changed"}
    assert world.breaks() == []
    position_id = world.row("SELECT id FROM portfolio_positions")["id"]
    with (
        world.context.database.transaction() as session,
        pytest.raises(PortfolioConflict, match="another market"),
    ):
        closing.close_position(session, portfolio_id, position_id, None, world.hand_order())


@OTHERS
def test_the_market_that_was_bought_comes_back(world: World, other: dict[str, Any]) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    world.reprice("0.10", "0.11", **other)
    update = world.reprice("0.89", "0.91", condition_id="0x1", yes_token_id="11", no_token_id="12")
    assert update.flagged == 0
    assert world.state(portfolio_id).total_value == D("10015.38")
    world.reprice("0.89", "0.91", closed=True, yes_price=D(1), no_price=D(0))
    assert world.state(portfolio_id).current_balance == D("10028.20")
    assert world.breaks() == []


def test_others_buy_the_other_market_while_the_first_one_waits(world: World) -> None:
    first = world.portfolio("first")
    world.run_cycle()
    world.reprice("0.77", "0.78", **OTHER_CONDITION)
    second = world.portfolio("second")
    world.run_cycle()
    assert world.state(second).open_positions == 1
    world.reprice("0.89", "0.91")
    assert world.state(first).total_value == D("9999.36")  # at 0.775, the last mark of its own
    assert world.state(second).total_value == D("10015.38")
    world.reprice("0.89", "0.91", closed=True, yes_price=D(1), no_price=D(0))
    assert world.state(second).current_balance == D("10028.20")
    assert world.state(first).open_positions == 1
    assert world.breaks() == []


def test_a_row_that_leaves_its_ids_out_is_the_market_that_it_was(world: World) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    missing = {"condition_id": None, "yes_token_id": None, "no_token_id": None}
    assert world.reprice("0.89", "0.91", **missing).flagged == 0
    assert world.state(portfolio_id).total_value == D("10015.38")
    assert world.row("SELECT condition_id FROM markets") == {"condition_id": "0x1"}


def test_a_mark_is_not_carried_on_to_another_market(world: World) -> None:
    world.portfolio()
    world.run_cycle()
    other = {**OTHER_ORDER, "quote": None, "yes_price": D("0.2"), "no_price": D("0.8")}
    world.reprice("0.77", "0.78", **other)
    assert world.row("SELECT mark FROM market_prices") == {"mark": D("0.2")}


def test_an_order_is_refused_where_its_id_stands_for_another_market_meanwhile(world: World) -> None:
    holder, buyer = world.portfolio("holder"), world.portfolio("buyer")
    for_holder = world.open_cycle(portfolio_ids=[holder])
    world.filter(for_holder)
    world.signal(for_holder, holder)
    world.execute(for_holder, holder)
    cycle_id = world.open_cycle(portfolio_ids=[buyer])
    world.filter(cycle_id)
    world.signal(cycle_id, buyer)
    world.reprice("0.77", "0.78", **OTHER_CONDITION)
    world.execute(cycle_id, buyer)
    rejected = "SELECT rejection FROM trading_signals WHERE NOT executed"
    assert world.row(rejected) == {"rejection": "identity_changed"}


@pytest.mark.parametrize(
    ("status", "flag"),
    [
        (ResolutionStatus.PROPOSED, "outcome_proposed"),
        (ResolutionStatus.CHALLENGED, "disputed"),
        (ResolutionStatus.DISPUTED, "disputed"),
    ],
)
def test_a_proposed_outcome_is_paid_once_it_is_resolved(
    world: World, status: ResolutionStatus, flag: str
) -> None:
    portfolio_id = world.portfolio()
    world.run_cycle()
    ended = {"closed": True, "yes_price": D(1), "no_price": D(0)}
    update = world.reprice("0.77", "0.78", **ended, resolution_status=status)
    assert (update.settled, update.flagged) == (0, 1)
    assert world.row("SELECT flag FROM portfolio_positions") == {"flag": flag}
    reversed_ = {"closed": True, "yes_price": D(0), "no_price": D(1)}
    world.reprice("0.77", "0.78", **reversed_, resolution_status=ResolutionStatus.RESOLVED)
    assert world.state(portfolio_id).current_balance == D("9900.00")
    assert world.breaks() == []


def test_a_proposed_outcome_is_no_candidate(world: World) -> None:
    world.exchange.show(resolution_status=ResolutionStatus.PROPOSED)
    portfolio_id = world.portfolio()
    world.run_cycle()
    assert world.state(portfolio_id).open_positions == 0
    funnel = world.row("SELECT funnel FROM cycle_portfolios")["funnel"]
    assert (funnel["time_to_end"], funnel["outcome_proposed"]) == (1, 0)


def test_an_outcome_that_is_proposed_after_the_decision_is_not_bought(world: World) -> None:
    holder, buyer = world.portfolio("holder"), world.portfolio("buyer")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    for portfolio_id in (holder, buyer):
        world.signal(cycle_id, portfolio_id)
    world.execute(cycle_id, holder)
    world.reprice("0.77", "0.78", resolution_status=ResolutionStatus.PROPOSED)
    world.execute(cycle_id, buyer)
    rejected = "SELECT rejection FROM trading_signals WHERE NOT executed"
    assert world.row(rejected) == {"rejection": "outcome_proposed"}


def test_a_market_id_as_long_as_its_column_trades(world: World) -> None:
    for market_id in ("9" * 250, "é" * 255):
        world.exchange.events = [event(market(market_id=MarketId(market_id)))]
        portfolio_id = world.portfolio(market_id[:1], stop_loss_percentage=0.15)
        world.run_cycle(portfolio_ids=[portfolio_id])
        assert world.state(portfolio_id).open_positions == 1
        assert world.reprice("0.10", "0.11").exited == 1
    assert world.breaks() == []
