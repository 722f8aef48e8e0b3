"""Whole turns over arbitrary orders: cash, limits, positions and exposure, replayed by hand.

The replay counts in exact fractions and begins each sum from the positions anew, without the
account of the code under test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from math import floor

from hypothesis import event as seen_by_hypothesis
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.execution.account import Account, Exposure, SharedExposure
from prescient.core.execution.orders import BuyOrder, Order, SellOrder
from prescient.core.execution.results import Bought, Rejected, Rejection, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn, take_turn
from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers, buy, highest_price
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome
from prescient.core.portfolio.portfolios import GlobalLimits, Limits, PortfolioStatus
from prescient.core.portfolio.positions import Action, Holding
from tests.builders import order, rules, sale

MARKETS = [MarketId(f"m{place}") for place in range(5)]
OF_LIMITS = {
    Rejection.MAX_POSITIONS,
    Rejection.MAX_POSITION_SIZE,
    Rejection.MAX_TOTAL_EXPOSURE,
    Rejection.EVENT_EXPOSURE_CAP,
    Rejection.MARKET_EXPOSURE_CAP,
    Rejection.TOTAL_CAPITAL_CAP,
    Rejection.INSUFFICIENT_BALANCE,
}

dollars = st.sampled_from(["100", "0.01", "40", "99.99", "250", "1000"]).map(D)
budgets = st.sampled_from(["100", "40", "99.99", "250"]).map(D)
caps = st.none() | st.sampled_from(["40", "99.99", "100", "250", "1000"]).map(D)
hundredths = st.sampled_from(["5000", "60", "33.33", "3", "0.03"]).map(D)
prices = st.sampled_from(["0.05", "0.33", "0.5", "0.93"]).map(D)
fees = st.sampled_from(["0", "0.04"]).map(lambda rate: FeeSchedule(D(rate)))
events = st.sampled_from([EventId("e1"), EventId("e2"), None])
mostly = st.sampled_from([True] * 20 + [False])
ages = st.sampled_from([timedelta(0)] * 20 + [timedelta(seconds=601)])


@dataclass(frozen=True)
class Situation:
    """What a portfolio holds and wants; `elsewhere` is what others hold in each market."""

    orders: list[Order]
    holdings: dict[int, tuple[Holding, EventId | None]]
    cash: D
    elsewhere: dict[MarketId, D]
    rules: Rules
    status: PortfolioStatus

    def account(self) -> Account:
        exposures = tuple(
            Exposure(position_id, held.market_id, event_id, held.outcome, held.cost_basis)
            for position_id, (held, event_id) in self.holdings.items()
        )
        everywhere = dict(self.elsewhere)
        for held, _ in self.holdings.values():
            everywhere[held.market_id] += held.cost_basis
        shared = SharedExposure(everywhere, sum(everywhere.values(), D(0)))
        return Account(self.status, self.cash, exposures, shared)


@st.composite
def buys(draw: st.DrawFn, signal_id: int) -> BuyOrder:
    """A single order, or a leg of one of two groups."""
    group = draw(st.sampled_from([None] * 8 + ["a", "b"]))
    price = draw(prices)
    return order(
        signal_id=signal_id,
        market_id=draw(st.sampled_from(MARKETS)),
        event_id=draw(events),
        action=draw(st.sampled_from([Action.BUY_YES, Action.BUY_NO])),
        target_price=price,
        available=Offers(Evidence.BOOK, (Level(price, draw(hundredths)),)),
        budget=draw(budgets),
        confidence=draw(st.sampled_from(["0.8", "0.9"]).map(D)),
        fee=draw(fees),
        open=draw(mostly),
        quote_age=draw(ages),
        shares=None if group is None else D(40),
        group_id=group,
    )


@st.composite
def holdings(draw: st.DrawFn, position_id: int) -> Holding:
    return Holding(
        position_id=position_id,
        portfolio_id=1,
        market_id=draw(st.sampled_from(MARKETS)),
        outcome=draw(st.sampled_from(list(Outcome))),
        shares=draw(hundredths),
        cost_basis=draw(dollars),
    )


@st.composite
def sales(draw: st.DrawFn, signal_id: int, held: Holding) -> SellOrder:
    """A sale of a part, of all, or of more than is held, into a book of up to three bids."""
    bids = draw(st.lists(st.sampled_from(["0.60", "0.59", "0.58", "0.40"]), unique=True))
    levels = tuple(Level(D(bid), draw(hundredths)) for bid in sorted(bids, reverse=True)[:3])
    return sale(
        signal_id=signal_id,
        holding=held,
        shares=draw(hundredths | st.just(held.shares)),
        bids=Bids(Evidence.BOOK, levels),
        fee=draw(fees),
        open=draw(mostly),
        quote_age=draw(ages),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    held = [draw(holdings(position_id)) for position_id in range(draw(st.integers(0, 4)))]
    sold = [draw(sales(100 + kept.position_id, kept)) for kept in held if draw(st.booleans())]
    bought = [draw(buys(signal_id)) for signal_id in range(draw(st.integers(1, 6)))]
    return Situation(
        orders=draw(st.permutations([*sold, *bought])),
        holdings={kept.position_id: (kept, draw(events)) for kept in held},
        cash=draw(dollars),
        elsewhere={market_id: draw(st.just(D(0)) | dollars) for market_id in MARKETS},
        rules=rules(
            limits=Limits(None, draw(caps), draw(st.sampled_from([9, 5, 3, 2, 1]))),
            position_limit=draw(caps),
            max_event_exposure=draw(caps),
            shared=GlobalLimits(draw(caps), draw(caps)),
        ),
        status=draw(st.sampled_from([PortfolioStatus.ACTIVE] * 15 + [PortfolioStatus.PAUSED])),
    )


@dataclass
class Position:
    """An open position in fractions of a share and of a dollar."""

    market_id: MarketId
    event_id: EventId | None
    outcome: Outcome
    shares: F
    basis: F


class Replay:
    """What is true after each result, counted from the positions as they are then."""

    def __init__(self, situation: Situation) -> None:
        self.cash = F(situation.cash)
        self.rules = situation.rules
        self.elsewhere = {key: F(value) for key, value in situation.elsewhere.items()}
        self.positions = {
            f"position {position_id}": Position(
                held.market_id, event_id, held.outcome, F(held.shares), F(held.cost_basis)
            )
            for position_id, (held, event_id) in situation.holdings.items()
        }

    def invested(self) -> F:
        return sum((held.basis for held in self.positions.values()), F(0))

    def in_event(self, event_id: EventId | None) -> F:
        held = self.positions.values()
        return sum((position.basis for position in held if position.event_id == event_id), F(0))

    def in_market(self, market_id: MarketId) -> F:
        held = self.positions.values()
        own = (position.basis for position in held if position.market_id == market_id)
        return sum(own, self.elsewhere[market_id])

    def capital(self) -> F:
        return self.invested() + sum(self.elsewhere.values(), F(0))

    def sell(self, sold: Sold) -> None:
        """Take out what was sold; the basis of a part is rounded half up to the cent."""
        key = f"position {sold.order.holding.position_id}"
        held, shares = self.positions[key], F(sold.exit.shares)
        assert 0 < shares <= held.shares
        assert shares <= F(sold.order.shares)
        is_all = shares == held.shares
        part = held.basis if is_all else cents_half_up(held.basis * shares / held.shares)
        assert F(sold.exit.cost_basis) == part
        self.cash += F(sold.exit.proceeds) - F(sold.exit.fee)
        held.shares -= shares
        held.basis -= part
        if is_all:
            del self.positions[key]

    def buy(self, bought: Bought) -> None:
        wanted, cost = bought.order, F(bought.fill.amount) + F(bought.fill.fee)
        outcome = wanted.action.outcome
        assert not self.holds(wanted.market_id, outcome)
        assert list(self.broken(wanted, cost)) == []
        self.cash -= cost
        self.positions[f"signal {wanted.signal_id}"] = Position(
            wanted.market_id, wanted.event_id, outcome, F(bought.fill.shares), cost
        )

    def holds(self, market_id: MarketId, outcome: Outcome) -> bool:
        held = self.positions.values()
        return (market_id, outcome) in {(position.market_id, position.outcome) for position in held}

    def broken(self, wanted: BuyOrder, cost: F) -> Iterator[Rejection]:
        """The limits that a buy at this cost would break now."""
        own, shared = self.rules.limits, self.rules.shared
        in_event = cost + (self.in_event(wanted.event_id) if wanted.event_id else 0)
        in_market = self.in_market(wanted.market_id) + cost
        checks: Sequence[tuple[F | int, D | int | None, Rejection]] = (
            (len(self.positions) + 1, own.max_positions, Rejection.MAX_POSITIONS),
            (cost, self.rules.position_limit, Rejection.MAX_POSITION_SIZE),
            (self.invested() + cost, own.max_total_exposure, Rejection.MAX_TOTAL_EXPOSURE),
            (in_event, self.rules.max_event_exposure, Rejection.EVENT_EXPOSURE_CAP),
            (in_market, shared.max_market_exposure, Rejection.MARKET_EXPOSURE_CAP),
            (self.capital() + cost, shared.total_capital, Rejection.TOTAL_CAPITAL_CAP),
        )
        if cost > self.cash:
            yield Rejection.INSUFFICIENT_BALANCE
        for value, limit, reason in checks:
            if limit is not None and value > F(limit):
                yield reason

    def check_refusal(self, rejected: Rejected) -> None:
        """A limit, or an open position, that refuses a single order does so rightly."""
        refused, reason = rejected.order, rejected.reason
        if isinstance(refused, SellOrder) or refused.group_id is not None:
            return
        if reason is Rejection.ALREADY_HELD:
            assert self.holds(refused.market_id, refused.action.outcome)
        if reason in OF_LIMITS:
            assert reason in self.broken(refused, cost_of(refused))


def cents_half_up(amount: F) -> F:
    return F(floor(amount * 100 + F(1, 2)), 100)


def cost_of(refused: BuyOrder) -> F:
    limit_price = highest_price(refused.target_price, D("0.02"))
    fill = buy(refused.budget, refused.available, limit_price, refused.fee)
    assert fill is not None
    return F(fill.cost_basis)


def taken(situation: Situation) -> Turn:
    return take_turn(situation.orders, situation.account(), situation.rules)


@given(situation=situations())
def test_cash_limits_and_exposure_are_those_of_a_replay(situation: Situation) -> None:
    turn, replay = taken(situation), Replay(situation)
    for result in turn.results:
        match result:
            case Sold():
                replay.sell(result)
            case Bought():
                seen_by_hypothesis(f"bought after {len(turn.exits)} sales")
                replay.buy(result)
            case Rejected():
                seen_by_hypothesis(result.reason)
                replay.check_refusal(result)
        assert replay.cash >= 0
    after = turn.account
    assert F(after.balance) == replay.cash
    assert sorted(
        (held.market_id, held.event_id or "", held.outcome, F(held.cost_basis))
        for held in after.exposures
    ) == sorted(
        (held.market_id, held.event_id or "", held.outcome, held.basis)
        for held in replay.positions.values()
    )
    for market_id in MARKETS:
        assert F(after.shared.by_market[market_id]) == replay.in_market(market_id)
    assert F(after.shared.capital) == replay.capital()


@given(situation=situations())
def test_each_order_has_one_result_and_sales_come_first(situation: Situation) -> None:
    turn = taken(situation)
    signal_ids = [result.order.signal_id for result in turn.results]
    assert sorted(signal_ids) == sorted(wanted.signal_id for wanted in situation.orders)
    is_sale = [isinstance(result.order, SellOrder) for result in turn.results]
    assert is_sale == sorted(is_sale, reverse=True)
    singles = [
        -result.order.confidence
        for result in turn.results
        if isinstance(result.order, BuyOrder) and result.order.group_id is None
    ]
    assert singles == sorted(singles)


@given(situation=situations())
def test_legs_fill_all_in_equal_shares_or_none(situation: Situation) -> None:
    turn = taken(situation)
    buying = [wanted for wanted in situation.orders if isinstance(wanted, BuyOrder)]
    for group in {wanted.group_id for wanted in buying} - {None}:
        legs = {wanted.signal_id for wanted in buying if wanted.group_id == group}
        shares = [bought.fill.shares for bought in turn.fills if bought.order.signal_id in legs]
        reasons = [refused.reason for refused in turn.rejections if refused.order.signal_id in legs]
        assert sorted([len(shares), len(reasons)]) == [0, len(legs)]
        assert len(set(shares)) <= 1
        if len(reasons) > 1:
            assert sum(reason is not Rejection.INCOMPLETE_LEGS for reason in reasons) <= 1


@given(situation=situations())
def test_what_failed_leaves_no_trace(situation: Situation) -> None:
    """A turn of only those orders that executed ends the same: a failed group gives all back."""
    turn = taken(situation)
    executed = [result.order for result in turn.results if not isinstance(result, Rejected)]
    alone = take_turn(executed, situation.account(), situation.rules)
    assert alone.exits == turn.exits
    assert alone.fills == turn.fills
    assert alone.account == turn.account
