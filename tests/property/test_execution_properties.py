"""Limits over arbitrary orders: none is ever broken, and none refuses what would have fitted.

Replayed in exact fractions, without the account of the code under test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as D
from fractions import Fraction as F
from math import log

from hypothesis import event as seen_by_hypothesis
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.deciding.sizing import kelly_stake
from prescient.core.execution.buys import Order, Rejection, Rules, execute
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers, buy, highest_price
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.core.portfolio.portfolios import GlobalLimits, Limits
from prescient.core.portfolio.positions import Action
from tests.builders import account, order, rules

cents = st.integers(1, 99).map(lambda whole: D(whole) / 100)
dollars = st.sampled_from(["40", "99.99", "100", "250", "1000"]).map(D)
caps = st.none() | dollars
OF_LIMITS = {
    Rejection.MAX_POSITIONS,
    Rejection.MAX_POSITION_SIZE,
    Rejection.MAX_TOTAL_EXPOSURE,
    Rejection.EVENT_EXPOSURE_CAP,
    Rejection.MARKET_EXPOSURE_CAP,
    Rejection.TOTAL_CAPITAL_CAP,
    Rejection.INSUFFICIENT_BALANCE,
}


@st.composite
def orders(draw: st.DrawFn) -> list[Order]:
    """Single orders and groups of two legs, on a few markets of two events."""
    made: list[Order] = []
    for place in range(draw(st.integers(1, 7))):
        group = draw(st.sampled_from([None, None, None, None, "a", "b"]))
        price = draw(st.sampled_from(["0.05", "0.5", "0.93"]).map(D))
        shares = draw(st.sampled_from(["3", "5000", "60"]).map(D))
        made.append(
            order(
                signal_id=place,
                market_id=MarketId(f"m{draw(st.integers(0, 6))}"),
                event_id=EventId(draw(st.sampled_from(["e1", "e2"]))),
                action=draw(st.sampled_from([Action.BUY_YES, Action.BUY_NO])),
                target_price=price,
                available=Offers(Evidence.BOOK, (Level(price, shares),)),
                budget=draw(dollars),
                confidence=draw(st.sampled_from(["0.8", "0.9"]).map(D)),
                fee=FeeSchedule(draw(st.sampled_from(["0", "0.04"]).map(D))),
                shares=None if group is None else D(40),
                group_id=group,
            )
        )
    return made


@st.composite
def limits(draw: st.DrawFn) -> Rules:
    return rules(
        limits=Limits(None, draw(caps), draw(st.integers(1, 5))),
        position_limit=draw(caps),
        max_event_exposure=draw(caps),
        shared=GlobalLimits(draw(caps), draw(caps)),
    )


@dataclass
class Replay:
    """What each limit looks at, after the fills so far, in fractions of a dollar."""

    cash: F
    rules: Rules
    held: list[tuple[Order, F]] = field(default_factory=list)
    by_event: defaultdict[EventId | None, F] = field(default_factory=lambda: defaultdict(F))
    by_market: defaultdict[MarketId, F] = field(default_factory=lambda: defaultdict(F))

    def take(self, bought: Order, cost: F) -> None:
        self.cash -= cost
        self.held.append((bought, cost))
        self.by_event[bought.event_id] += cost
        self.by_market[bought.market_id] += cost

    def broken(self, wanted: Order, cost: F) -> Iterator[Rejection]:
        """The limits that another buy at this cost would break."""
        invested = sum((spent for _, spent in self.held), F(0)) + cost
        own, shared = self.rules.limits, self.rules.shared
        checks: Sequence[tuple[F | int, D | int | None, Rejection]] = (
            (len(self.held) + 1, own.max_positions, Rejection.MAX_POSITIONS),
            (cost, self.rules.position_limit, Rejection.MAX_POSITION_SIZE),
            (invested, own.max_total_exposure, Rejection.MAX_TOTAL_EXPOSURE),
            (
                self.by_event[wanted.event_id] + cost,
                self.rules.max_event_exposure,
                Rejection.EVENT_EXPOSURE_CAP,
            ),
            (
                self.by_market[wanted.market_id] + cost,
                shared.max_market_exposure,
                Rejection.MARKET_EXPOSURE_CAP,
            ),
            (invested, shared.total_capital, Rejection.TOTAL_CAPITAL_CAP),
        )
        if cost > self.cash:
            yield Rejection.INSUFFICIENT_BALANCE
        for value, limit, reason in checks:
            if limit is not None and value > F(limit):
                yield reason


@given(wanted=orders(), binding=limits(), cash=dollars)
def test_no_fill_breaks_a_limit_and_no_limit_refuses_what_fits(
    wanted: list[Order], binding: Rules, cash: D
) -> None:
    replay = Replay(F(cash), binding)
    done = execute(wanted, account(balance=cash), binding)
    assert len(done.fills) + len(done.rejections) == len(wanted)
    for bought, fill in done.fills:
        cost = F(fill.amount) + F(fill.fee)
        assert list(replay.broken(bought, cost)) == []
        replay.take(bought, cost)
    for refused, reason in done.rejections:
        seen_by_hypothesis(reason)
        if refused.group_id is None and reason in OF_LIMITS:
            # Fills only take more: what fits after all of them would have fitted before.
            assert list(replay.broken(refused, _cost(refused))) != []


def _cost(refused: Order) -> F:
    limit_price = highest_price(refused.target_price, D("0.02"))
    fill = buy(refused.budget, refused.available, limit_price, refused.fee)
    assert fill is not None
    return F(fill.cost_basis)


@given(wanted=orders(), binding=limits())
def test_legs_fill_all_in_equal_shares_or_none(wanted: list[Order], binding: Rules) -> None:
    done = execute(wanted, account(), binding)
    for group in {placed.group_id for placed in wanted} - {None}:
        legs = [placed for placed in wanted if placed.group_id == group]
        shares = [fill.shares for bought, fill in done.fills if bought.group_id == group]
        reasons = [reason for refused, reason in done.rejections if refused.group_id == group]
        assert sorted([len(shares), len(reasons)]) == [0, len(legs)]
        assert len(set(shares)) <= 1
        if len(reasons) > 1:
            assert sum(reason is not Rejection.INCOMPLETE_LEGS for reason in reasons) <= 1


@given(wanted=orders(), binding=limits())
def test_what_failed_leaves_the_account_as_it_was(wanted: list[Order], binding: Rules) -> None:
    """A group whose last leg fails gives back what its first ones took."""
    done = execute(wanted, account(), binding)
    alone = execute([bought for bought, _ in done.fills], account(), binding)
    assert alone.fills == done.fills


@given(probability=cents, price=cents)
def test_a_kelly_stake_grows_wealth_fastest_and_is_nothing_without_an_edge(
    probability: D, price: D
) -> None:
    best = float(kelly_stake(probability, price))
    p, q = float(probability), float(price)
    assert 0 <= best < 1
    assert (best > 0) == (probability > price)

    def growth(part: float) -> float:
        return p * log(1 + part * (1 / q - 1)) + (1 - p) * log(1 - part)

    for other in (best - 0.005, best + 0.005):
        if 0 <= other < 1:
            assert growth(best) > growth(other)
