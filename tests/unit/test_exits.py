"""Where a position closes, and which exit is due, in the order of docs/accounting.md."""

from decimal import Decimal as D

import pytest

from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome, Quote
from prescient.core.portfolio.exits import (
    HeldOutcome,
    PricedHolding,
    Triggers,
    due_exit,
    due_outcomes,
    triggers,
)
from prescient.core.portfolio.positions import ExitKind, Holding
from tests.builders import market

AT = Triggers(stop_loss_bid=D("0.415"), take_profit_bid=D("0.625"))
FREE, TAKER = FeeSchedule(), FeeSchedule(D("0.04"))


def bid_for(*levels: tuple[str, str]) -> Bids:
    return Bids(Evidence.BOOK, tuple(Level(D(price), D(shares)) for price, shares in levels))


def priced(
    *levels: tuple[str, str],
    payout: str | None = None,
    tradable: bool = True,
    outcome: Outcome = Outcome.YES,
    cost_basis: str = "50",
) -> PricedHolding:
    return PricedHolding(
        holding=Holding(1, 1, MarketId("m"), outcome, D(100), D(cost_basis)),
        triggers=AT,
        quote=Quote(D(levels[0][0]), D(levels[0][0]) + D("0.01")) if levels else None,
        bids=bid_for(*levels),
        yes_payout=None if payout is None else D(payout),
        fee=FREE,
        tradable=tradable,
    )


def kind(held: PricedHolding) -> ExitKind | None:
    due = due_exit(held)
    return None if due is None else due.kind


def stop(entry: str, bid: str, percentage: str, tick: str = "0.01") -> D | None:
    found = triggers(D(entry), D(bid), D(percentage), None, tick_size=D(tick), fee=FREE)
    return found.stop_loss_bid


def take(entry: str, percentage: str, tick: str = "0.01", fee: FeeSchedule = FREE) -> D | None:
    found = triggers(D(entry), D(entry), None, D(percentage), tick_size=D(tick), fee=fee)
    return found.take_profit_bid


def test_a_stop_is_taken_from_the_bid_at_entry() -> None:
    # entry 0.50, bid at entry 0.49: 0.49 − 0.15 × 0.50
    assert stop("0.50", "0.49", "0.15") == D("0.415")


@pytest.mark.parametrize(
    ("percentage", "tick", "expected"),
    [
        ("0.001", "0.001", "0.489"),  # 0.001 × 0.50 is half a tick
        ("0.001", "0.01", "0.48"),
        ("0.002", "0.001", "0.489"),  # one tick
        ("0.003", "0.001", "0.4885"),
    ],
)
def test_a_stop_lies_at_least_a_tick_below_the_bid_at_entry(
    percentage: str, tick: str, expected: str
) -> None:
    assert stop("0.50", "0.49", percentage, tick) == D(expected)


@pytest.mark.parametrize(
    ("entry", "percentage", "tick", "fee", "expected"),
    [
        ("0.50", "0.25", "0.01", FREE, "0.625"),
        ("0.90", "0.25", "0.01", FREE, "0.99"),  # 1.125 could never be bid
        ("0.994", "0.25", "0.001", FREE, "0.995"),  # 0.99 would sell at a loss
        ("0.50", "0.001", "0.01", FREE, "0.51"),  # 0.5005 is no tick above
        # 0.505 pays for 0.50, a tick and 0.01 of fee, but not for the fee of its own sale:
        # 0.529965 − 0.04 × 0.529965 × 0.470035 = 0.5200009; at 0.529964 it is 0.5199999
        ("0.50", "0.01", "0.01", TAKER, "0.529965"),
        ("0.989", "0.001", "0.01", FeeSchedule(D("0.07")), "0.999778"),  # as near to 1 as that
        # fees of nearly all that a share brings
        ("0.000001", "0.25", "0.000001", FeeSchedule(D("0.999"), D("0.999")), "0.004920"),
        ("0.50", "0.25", "0.01", TAKER, "0.625"),  # pays for both fees as it is
    ],
)
def test_a_take_profit_pays_for_a_tick_and_both_fees(
    entry: str, percentage: str, tick: str, fee: FeeSchedule, expected: str
) -> None:
    assert take(entry, percentage, tick, fee) == D(expected)


@pytest.mark.parametrize(
    ("entry", "tick", "fee"),
    [
        ("0.99", "0.01", FREE),
        ("0.994", "0.01", FREE),
    ],
)
def test_where_no_bid_below_1_pays_for_itself_there_is_no_take_profit(
    entry: str, tick: str, fee: FeeSchedule
) -> None:
    assert take(entry, "0.25", tick, fee) is None


def test_legs_of_a_group_are_held_to_the_end() -> None:
    group = "7-1-event-e1"
    held = triggers(
        D("0.50"), D("0.49"), D("0.15"), D("0.25"), tick_size=D("0.01"), fee=FREE, group_id=group
    )
    assert held == Triggers(None, None)


def test_stop_loss_at_the_trigger_and_not_above() -> None:
    assert kind(priced(("0.415", "100"))) is ExitKind.STOP_LOSS
    assert kind(priced(("0.416", "100"))) is None


def test_take_profit_at_the_trigger_and_not_below() -> None:
    assert kind(priced(("0.625", "100"))) is ExitKind.TAKE_PROFIT
    assert kind(priced(("0.624", "100"))) is None


def test_a_stop_walks_the_bids_and_keeps_what_they_do_not_take() -> None:
    made = due_exit(priced(("0.41", "40"), ("0.38", "20.55")))
    assert made is not None
    # 40 × 0.41 + 20.55 × 0.38 = 24.209; 60.55 of 100 shares take 60.55% of $50 = 30.275 → 30.28
    assert (made.shares, made.proceeds, made.cost_basis) == (D("60.55"), D("24.20"), D("30.28"))
    assert made.evidence is Evidence.BOOK


def test_a_take_profit_takes_no_bid_below_its_trigger() -> None:
    made = due_exit(priced(("0.63", "40"), ("0.625", "10"), ("0.62", "500")))
    assert made is not None
    assert (made.shares, made.proceeds) == (D(50), D("31.45"))  # 25.20 + 6.25


def test_a_take_profit_that_cents_would_turn_into_a_loss_waits() -> None:
    """0.01 of a share at 0.625 brings no whole cent, and cost half a one, rounded up."""
    assert kind(priced(("0.625", "0.01"))) is None
    assert kind(priced(("0.63", "100"), cost_basis="63.01")) is None
    assert kind(priced(("0.63", "100"), cost_basis="63.00")) is ExitKind.TAKE_PROFIT


def test_settlement_comes_first() -> None:
    assert kind(priced(("0.10", "100"), payout="1")) is ExitKind.SETTLEMENT


def test_no_bid_no_sale() -> None:
    assert kind(priced()) is None
    assert kind(priced(("0.30", "100"))._replace(bids=bid_for())) is None


def test_the_listed_quote_triggers_and_the_book_prices() -> None:
    """Otherwise a book that is fetched for another portfolio would move this one's trigger."""
    listed_above = priced(("0.41", "100"))._replace(quote=Quote(D("0.43"), D("0.44")))
    assert kind(listed_above) is None
    listed_below = priced(("0.43", "100"))._replace(quote=Quote(D("0.41"), D("0.44")))
    made = due_exit(listed_below)
    assert made is not None
    assert (made.kind, made.proceeds) == (ExitKind.STOP_LOSS, D("43.00"))


def test_a_market_that_takes_no_orders_sells_nothing() -> None:
    assert kind(priced(("0.30", "100"), tradable=False)) is None


def test_no_pays_when_yes_does_not() -> None:
    due = due_exit(priced(("0.5", "100"), payout="0", outcome=Outcome.NO))
    assert due is not None
    assert due.proceeds == D("100.00")


@pytest.mark.parametrize(
    ("bid", "ask", "outcome", "is_due"),
    [
        ("0.415", "0.425", Outcome.YES, True),
        ("0.416", "0.426", Outcome.YES, False),
        ("0.575", "0.585", Outcome.NO, True),  # NO is bid 0.415
        ("0.365", "0.375", Outcome.NO, True),  # NO is bid 0.625
        ("0.01", "0.99", Outcome.YES, False),  # a stub that the mark does not trust
        ("0.41", "0.52", Outcome.YES, False),
    ],
)
def test_a_trigger_is_met_by_a_trusted_bid_of_the_held_outcome(
    bid: str, ask: str, outcome: Outcome, is_due: bool
) -> None:
    held, shown = HeldOutcome(MarketId("m1"), outcome, AT), market(quote=Quote(D(bid), D(ask)))
    assert list(due_outcomes([held], {MarketId("m1"): shown})) == [held] * is_due


def test_what_is_not_listed_not_quoted_or_not_traded_meets_no_trigger() -> None:
    held, quoted = HeldOutcome(MarketId("m1"), Outcome.YES, AT), Quote(D("0.30"), D("0.31"))
    assert list(due_outcomes([held], {})) == []
    for shown in (
        market(quote=None),
        market(quote=quoted, closed=True),
        market(quote=quoted, accepting_orders=False),
        market(quote=quoted, active=False),
    ):
        assert list(due_outcomes([held], {MarketId("m1"): shown})) == []
