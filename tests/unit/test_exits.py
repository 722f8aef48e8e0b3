"""Which exit is due, in the order of DESIGN.md section 6."""

from decimal import Decimal as D

from prescient.core.market.markets import FeeSchedule, MarketId, Outcome
from prescient.core.portfolio.exits import PricedHolding, Triggers, due_exit, triggers
from prescient.core.portfolio.positions import ExitKind, Holding


def priced(
    bid: str, *, payout: str | None = None, tradable: bool = True, outcome: Outcome = Outcome.YES
) -> PricedHolding:
    return PricedHolding(
        holding=Holding(1, 1, MarketId("m"), outcome, D(100), D(50)),
        triggers=Triggers(stop_loss_bid=D("0.415"), take_profit_bid=D("0.625")),
        bid=D(bid),
        yes_payout=None if payout is None else D(payout),
        fee=FeeSchedule(),
        tradable=tradable,
    )


def kind(held: PricedHolding) -> ExitKind | None:
    due = due_exit(held)
    return None if due is None else due.kind


def test_triggers_are_taken_from_the_bid_at_entry() -> None:
    # entry 0.50, bid at entry 0.49: stop 15% → 0.49 − 0.075; profit 25% → 0.625
    assert triggers(D("0.50"), D("0.49"), D("0.15"), D("0.25")) == Triggers(D("0.415"), D("0.625"))


def test_take_profit_stays_reachable() -> None:
    assert triggers(D("0.90"), D("0.89"), None, D("0.25")) == Triggers(None, D("0.99"))


def test_legs_of_a_group_are_held_to_the_end() -> None:
    held = triggers(D("0.50"), D("0.49"), D("0.15"), D("0.25"), group_id="7-1-event-e1")
    assert held == Triggers(None, None)


def test_stop_loss_at_the_trigger_and_not_above() -> None:
    assert kind(priced("0.415")) is ExitKind.STOP_LOSS
    assert kind(priced("0.416")) is None


def test_take_profit_at_the_trigger_and_not_below() -> None:
    assert kind(priced("0.625")) is ExitKind.TAKE_PROFIT
    assert kind(priced("0.624")) is None


def test_settlement_comes_first() -> None:
    assert kind(priced("0.10", payout="1")) is ExitKind.SETTLEMENT


def test_no_bid_no_sale() -> None:
    assert kind(priced("0")) is None


def test_a_market_that_takes_no_orders_sells_nothing() -> None:
    assert kind(priced("0.30", tradable=False)) is None


def test_no_pays_when_yes_does_not() -> None:
    due = due_exit(priced("0.5", payout="0", outcome=Outcome.NO))
    assert due is not None
    assert due.proceeds == D("100.00")
