"""Exits over arbitrary entries, books and quotes, judged in exact fractions."""

from decimal import Decimal as D
from fractions import Fraction as F

from hypothesis import event as seen_by_hypothesis
from hypothesis import example, given
from hypothesis import strategies as st

from prescient.core.market.bids import Bids, bids, bids_from_book
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import Evidence, Offers, buy
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome, Quote
from prescient.core.portfolio.exits import PricedHolding, Triggers, due_exit, triggers
from prescient.core.portfolio.positions import ExitKind, Holding

TICKS = (D("0.01"), D("0.001"))
ticks = st.integers(1, 999).map(lambda whole: D(whole) / 1000)
sizes = st.integers(1, 10**12).map(lambda whole: D(whole).scaleb(-6))
shares = st.integers(1, 10_000_000).map(lambda whole: D(whole) / 100)
schedules = st.sampled_from(["0", "0.02", "0.04", "0.07"]).map(lambda rate: FeeSchedule(D(rate)))
percentages = st.sampled_from(["0.001", "0.02", "0.1", "0.5", "3", "1000"]).map(D)


@st.composite
def sides(draw: st.DrawFn) -> tuple[Level, ...]:
    prices = draw(st.lists(ticks, max_size=6, unique=True))
    return tuple(Level(price, draw(sizes)) for price in sorted(prices))


@st.composite
def priced(draw: st.DrawFn) -> PricedHolding:
    """A holding whose outcome has a book, or a quote alone."""
    low, high = sorted(draw(st.tuples(ticks, ticks)))
    quote = Quote(low, high)
    book = OrderBook(tuple(reversed(draw(sides()))), draw(sides()))
    liquidity = draw(st.sampled_from(["0", "1", "5000", "1000000"]).map(D))
    return PricedHolding(
        holding=Holding(1, 1, MarketId("m"), Outcome.YES, draw(sizes), D("50.00")),
        triggers=draw(st.builds(Triggers, st.none() | ticks, st.none() | ticks)),
        quote=quote,
        bids=draw(st.sampled_from([bids_from_book(book), bids(quote, liquidity)])),
        yes_payout=None,
        fee=draw(schedules),
        tradable=True,
    )


@given(held=priced())
def test_an_exit_takes_trusted_bids_in_whole_hundredths(held: PricedHolding) -> None:
    made = due_exit(held)
    if made is None:
        return
    seen_by_hypothesis(f"{made.kind} on {made.evidence}")
    assert held.quote is not None
    assert held.quote.spread <= D("0.10") or held.quote.bid >= D("0.95")
    depth = sum((F(level.shares) for level in held.bids.levels), F(0))
    sold = F(made.shares)
    assert 0 < sold <= min(F(held.holding.shares), depth)
    assert sold == F(held.holding.shares) or (sold * 100).denominator == 1
    stop, take = held.triggers.stop_loss_bid, held.triggers.take_profit_bid
    if made.kind is ExitKind.STOP_LOSS:
        assert stop is not None
        assert held.quote.bid <= stop
        assert sold == min(F(held.holding.shares), depth), "a stop leaves no bid"
    else:
        assert take is not None
        assert made.price >= take
        assert made.realized_pnl >= 0


@given(quote=st.tuples(ticks, ticks), liquidity=sizes)
def test_on_a_quote_no_more_than_one_percent_of_the_liquidity_is_sold(
    quote: tuple[D, D], liquidity: D
) -> None:
    bid, ask = sorted(quote)
    found = bids(Quote(bid, ask), liquidity)
    dollars = sum((F(level.price) * F(level.shares) for level in found.levels), F(0))
    assert dollars <= F(liquidity) / 100
    one_more = F(bid) / 100
    assert not found.levels or dollars + one_more > F(liquidity) / 100


@given(
    price=ticks,
    budget=shares,
    percentage=percentages,
    schedule=schedules,
    tick=st.sampled_from(TICKS),
)
@example(  # it once waited for a bid of 1, although 0.999778 pays
    price=D("0.989"), budget=D(1000), percentage=D("0.001"), schedule=FeeSchedule(D("0.07")),
    tick=D("0.01"),
)  # fmt: skip
def test_a_take_profit_at_its_trigger_never_loses(
    price: D, budget: D, percentage: D, schedule: FeeSchedule, tick: D
) -> None:
    bought = buy(budget, Offers(Evidence.BOOK, (Level(price, D(10**9)),)), D(1), schedule)
    if bought is None:
        return
    take = triggers(bought.price, price, None, percentage, tick_size=tick, fee=schedule)
    trigger, entry, step = take.take_profit_bid, F(price), F(1, 1_000_000)

    def earned(bid: F) -> F:
        """What a share earns after the fees of both sides, in dollars."""
        return bid - entry - fee(bid, schedule) - fee(entry, schedule)

    if trigger is None:
        assert earned(1 - step) < F(tick)
        return
    bid, level = F(trigger), max(entry, min(entry * (1 + F(percentage)), F(99, 100)))
    assert earned(bid) >= F(tick)
    assert bid >= level
    assert earned(bid - step) < F(tick) or bid - step < level, "a lower bid would have paid"
    made = due_exit(
        PricedHolding(
            holding=Holding(1, 1, MarketId("m"), Outcome.YES, bought.shares, bought.cost_basis),
            triggers=take,
            quote=Quote(trigger, min(trigger + D("0.01"), D(1))),
            bids=Bids(Evidence.BOOK, (Level(trigger, bought.shares),)),
            yes_payout=None,
            fee=schedule,
            tradable=True,
        )
    )
    # Amount, proceeds and two fees are rounded by less than a cent each.
    if made is None:
        assert F(tick) * F(bought.shares) < F(4, 100)
    else:
        assert made.realized_pnl >= 0


def fee(price: F, schedule: FeeSchedule) -> F:
    return F(schedule.rate) * price * (1 - price)


@given(price=ticks, bid=ticks, percentage=st.sampled_from(["0.001", "0.02", "0.5"]).map(D))
def test_a_stop_lies_a_tick_or_more_below_the_bid_at_entry(price: D, bid: D, percentage: D) -> None:
    for tick in TICKS:
        at = triggers(price, bid, percentage, None, tick_size=tick, fee=FeeSchedule())
        assert at.stop_loss_bid is not None
        assert at.stop_loss_bid <= max(bid - tick, D(0))
