"""The rules about money of docs/accounting.md, over arbitrary fills."""

from collections.abc import Iterable, Iterator
from decimal import Decimal as D
from fractions import Fraction
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from prescient.core.accounting.valuation import MarketPrice, PricedPosition
from prescient.core.market.bids import Bids, bids_from_book, bids_in_reach
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fees import taker_fee
from prescient.core.market.fills import (
    Evidence,
    Offers,
    buy,
    buy_exactly,
    highest_price,
    lowest_price,
    offers_from_book,
    offers_in_reach,
    offers_to_decide_on,
    walk,
)
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome, Quote
from prescient.core.market.marks import is_trusted, mark_price
from prescient.core.money import CENT, SHARE_STEP, shares_down
from prescient.core.portfolio.positions import Exit, ExitKind, Holding, sell, settle

cents = st.integers(100, 1_000_000).map(lambda whole: D(whole) / 100)
ticks = st.integers(1, 999).map(lambda whole: D(whole) / 1000)
any_shares = st.integers(1, 10_000_000).map(lambda whole: D(whole) / 100)
schedules = st.builds(
    FeeSchedule,
    st.sampled_from([D(0), D("0.02"), D("0.04"), D("0.07")]),
    st.sampled_from([D(1), D(2)]),
)


@st.composite
def offered(draw: st.DrawFn) -> Offers:
    prices = draw(st.lists(ticks, min_size=1, max_size=6, unique=True))
    return Offers(Evidence.BOOK, tuple(Level(price, draw(any_shares)) for price in sorted(prices)))


awkward_shares = st.sampled_from(["0", "0.009", "0.01", "3.333", "250"]).map(D)


@given(
    asks=st.lists(
        st.builds(Level, st.integers(0, 100).map(lambda whole: D(whole) / 100), awkward_shares),
        unique_by=lambda level: level.price,
    ),
    taken=st.sampled_from(["0", "0.01", "200", "260", "1000"]).map(D),
    target=ticks,
    slippage=ticks,
)
def test_the_levels_in_reach_serve_a_buy_as_the_whole_book_does(
    asks: list[Level], taken: D, target: D, slippage: D
) -> None:
    asks.sort(key=lambda level: level.price)
    whole = offers_from_book(OrderBook((), tuple(asks))).beyond(taken)
    limit = highest_price(target, slippage)
    part = offers_in_reach(iter(asks), taken, limit)
    assert part.best_ask == whole.best_ask
    assert part.within(limit) == whole.within(limit)
    assert len([level for level in part.levels if level.price > limit]) <= 1


@given(
    asks=st.lists(
        st.builds(Level, st.integers(0, 100).map(lambda whole: D(whole) / 100), awkward_shares),
        unique_by=lambda level: level.price,
    ),
    slippage=ticks | st.just(D(1)),
)
@example(asks=[Level(D(n) / 100, D(3)) for n in (80, 84, 88, 89, 90)], slippage=D(1))
def test_the_levels_to_decide_on_serve_a_decision_as_the_whole_book_does(
    asks: list[Level], slippage: D
) -> None:
    asks.sort(key=lambda level: level.price)
    whole, part = offers_from_book(OrderBook((), tuple(asks))), offers_to_decide_on(iter(asks))
    assert part.best_ask == whole.best_ask
    if part.best_ask is not None:
        limit = highest_price(part.best_ask, slippage)
        assert part.within(limit) == whole.within(limit)
        furthest = highest_price(part.best_ask, D(1))
        assert len([level for level in part.levels if level.price > furthest]) <= 1


@given(
    best=st.sampled_from(["0.02", "0.06", "0.5", "0.96", "1"]).map(D),
    steps=st.lists(st.tuples(st.integers(0, 13), awkward_shares), max_size=8),
    ask_above=st.integers(-1, 12).map(lambda whole: D(whole) / 100),
    taken=st.sampled_from(["0", "0.01", "3.33", "256", "1000"]).map(D),
    shares=st.sampled_from(["0", "0.01", "3.33", "4", "251", "5000"]).map(D),
    slippage=st.sampled_from(["0.01", "0.02", "1"]).map(D),
)
@example(  # one price twice
    best=D("0.5"),
    steps=[(1, D(3)), (1, D(4))],
    ask_above=D("0.01"),
    taken=D(0),
    shares=D(5),
    slippage=D("0.01"),
)
@example(  # three levels fill it
    best=D("0.5"),
    steps=[(step, D(step)) for step in (3, 4, 5, 6)],
    ask_above=D(0),
    taken=D(0),
    shares=D(8),
    slippage=D(1),
)
@example(  # a bid at nothing
    best=D("0.02"),
    steps=[(0, D(3)), (2, D(4))],
    ask_above=D("0.01"),
    taken=D(0),
    shares=D(5),
    slippage=D(1),
)
def test_the_levels_in_reach_serve_a_sale_as_the_whole_book_does(
    *,
    best: D,
    steps: list[tuple[int, D]],
    ask_above: D,
    taken: D,
    shares: D,
    slippage: D,
) -> None:
    levels = [Level(max(best - D(step) / 100, D(0)), offered) for step, offered in sorted(steps)]
    ask = min(best + ask_above, D(1))
    sellable = tuple(
        Level(level.price, shares_down(level.shares))
        for level in levels
        if 0 < level.price < 1
        and is_trusted(Quote(level.price, ask))
        and shares_down(level.shares) > 0
    )
    asks = (Level(ask, D(1)),) if ask < 1 else ()
    assert bids_from_book(OrderBook(tuple(levels), asks)) == Bids(Evidence.BOOK, sellable)
    whole, limit = Bids(Evidence.BOOK, sellable).beyond(taken), lowest_price(best, slippage)
    read = list[Level]()
    part = bids_in_reach(_noting(levels, read), ask, shares, taken=taken, limit_price=limit)
    assert part.best == whole.best
    assert bool(part.at_least(limit)) == bool(whole.at_least(limit))
    assert walk(part.at_least(limit), shares) == walk(whole.at_least(limit), shares)
    before = part.levels[:-1]
    assert all(level.price >= limit for level in before)
    assert not before or sum(level.shares for level in before) < shares
    if part != whole:
        assert read[-1].price == part.levels[-1].price
    else:
        assert all(level.price <= 0 or is_trusted(Quote(level.price, ask)) for level in read[:-1])


def _noting(levels: Iterable[Level], read: list[Level]) -> Iterator[Level]:
    """The levels, of which `read` has those that were looked at."""
    for level in levels:
        read.append(level)
        yield level


@given(budget=cents, available=offered(), limit=ticks, schedule=schedules)
def test_a_buy_fits_its_budget_its_limit_and_the_book(
    budget: D, available: Offers, limit: D, schedule: FeeSchedule
) -> None:
    fill = buy(budget, available, limit, schedule)
    depth = sum(level.shares for level in available.levels if level.price <= limit)
    if fill is None:
        return
    assert fill.cost_basis <= budget
    assert 0 < fill.shares <= depth
    assert fill.price <= limit
    assert fill.price >= available.levels[0].price  # slippage never helps
    assert fill.shares % SHARE_STEP == 0
    assert fill.amount % CENT == 0
    assert fill.fee % CENT == 0


@given(budget=cents, price=ticks, shares=any_shares, schedule=schedules)
def test_not_a_hundredth_more_would_have_fitted(
    budget: D, price: D, shares: D, schedule: FeeSchedule
) -> None:
    """By exact rational arithmetic, without the code under test."""
    fill = buy(budget, Offers(Evidence.BOOK, (Level(price, shares),)), D(1), schedule)
    bought = Fraction(fill.shares) if fill else Fraction(0)
    if bought == Fraction(shares):
        return
    assert _exact_cost(bought + Fraction(1, 100), Fraction(price), schedule) > Fraction(budget)


@given(
    budget=st.integers(100, 2_000).map(lambda whole: D(whole) / 100),
    steps=st.dictionaries(
        st.integers(-20, 30), st.integers(1, 30_000).map(lambda n: D(n) / 1000), max_size=8
    ),
    taken=st.sampled_from(["0", "0.01", "4", "26"]).map(D),
    target=st.integers(30, 960).map(lambda n: D(n) / 1000),
    schedule=schedules,
)
@example(
    budget=D(10), steps={0: D(20)}, taken=D(0), target=D("0.5"), schedule=FeeSchedule(D("0.02"))
)
def test_a_buy_is_the_dearest_that_a_plain_walk_over_the_whole_book_affords(
    budget: D, steps: dict[int, D], taken: D, target: D, schedule: FeeSchedule
) -> None:
    """By exact rational arithmetic over every level, without the code under test."""
    levels = [Level(target + D(step) / 1000, steps[step]) for step in sorted(steps)]
    limit = highest_price(target, D("0.02"))
    fill = buy(budget, offers_in_reach(levels, taken, limit), limit, schedule)
    left, reach = Fraction(taken), list[tuple[Fraction, Fraction]]()
    for price, shares in levels:
        gone = min(left, Fraction(shares))
        left -= gone
        if price <= limit:
            reach.append((Fraction(price), Fraction(shares) - gone))
    most, too_many = 0, int(sum(shares for _, shares in reach) * 100) + 1
    while too_many - most > 1:
        middle = (most + too_many) // 2
        if sum(_walked(reach, Fraction(middle, 100), schedule)[:2]) <= budget:
            most = middle
        else:
            too_many = middle
    if fill is None:
        assert most == 0
    else:
        assert _fill_of(reach, most, schedule) == (
            *map(Fraction, (fill.amount, fill.fee, fill.shares)),
            fill.price,
        )


def _fill_of(
    reach: list[tuple[Fraction, Fraction]], hundredths: int, schedule: FeeSchedule
) -> tuple[Fraction, Fraction, Fraction, D]:
    shares = Fraction(hundredths, 100)
    amount, fee, dollars = _walked(reach, shares, schedule)
    return amount, fee, shares, D(int(dollars / shares * 1_000_000 + Fraction(1, 2))) / 1_000_000


def _walked(
    reach: list[tuple[Fraction, Fraction]], shares: Fraction, schedule: FeeSchedule
) -> tuple[Fraction, Fraction, Fraction]:
    """Amount and fee in dollars, each up to the cent, and the dollars before that."""
    dollars = fee = Fraction(0)
    for price, offered in reach:
        matched = min(shares, offered)
        shares -= matched
        dollars += matched * price
        fee += matched * Fraction(schedule.rate) * (price * (1 - price)) ** int(schedule.exponent)
    return Fraction((dollars * 100).__ceil__(), 100), Fraction((fee * 100).__ceil__(), 100), dollars


def _exact_cost(shares: Fraction, price: Fraction, schedule: FeeSchedule) -> Fraction:
    notional_cents = shares * price * 100
    amount = Fraction(-((-notional_cents.numerator) // notional_cents.denominator), 100)
    fee = shares * Fraction(schedule.rate) * (price * (1 - price)) ** int(schedule.exponent)
    return amount + Fraction((fee * 100).__ceil__(), 100)


awkward_ticks = st.integers(1, 999_999).map(lambda whole: D(whole) / 1_000_000)


@given(
    available=st.lists(st.tuples(awkward_ticks, any_shares), min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 30_000_000).map(lambda whole: D(whole) / 100), max_size=8),
    schedule=schedules,
)
def test_no_split_of_an_order_pays_less_than_the_whole(
    available: list[tuple[D, D]], cuts: list[D], schedule: FeeSchedule
) -> None:
    """Sold or bought in parts, each at the levels that the parts before it left."""
    whole = _shares(available)
    ends = sorted({cut for cut in cuts if cut < whole} | {whole})
    parts = [_between(available, start, end) for start, end in pairwise([D(0), *ends])]
    assert sum(_shares(part) for part in parts) == whole
    assert sum(taker_fee(schedule, part) for part in parts) >= taker_fee(schedule, available)
    assert sum(_basis(part, schedule) for part in parts) >= _basis(available, schedule)
    sold = [_sold(part, schedule) for part in parts]
    dust = any(sale.fee == sale.proceeds for sale in sold)
    most = _sold(available, schedule).cash + (CENT if dust and schedule.rate else 0)
    assert sum(sale.cash for sale in sold) <= most


def _between(matches: list[tuple[D, D]], start: D, end: D) -> list[tuple[D, D]]:
    """The part of an order that trades from its share `start` to its share `end`."""
    part, passed = [], D(0)
    for price, shares in matches:
        taken = min(end, passed + shares) - max(start, passed)
        if taken > 0:
            part.append((price, taken))
        passed += shares
    return part


def _shares(matches: list[tuple[D, D]]) -> D:
    return sum((shares for _, shares in matches), D(0))


def _basis(matches: list[tuple[D, D]], schedule: FeeSchedule) -> D:
    levels = tuple(Level(price, shares) for price, shares in matches)
    fill = buy_exactly(_shares(matches), Offers(Evidence.BOOK, levels), D(1), schedule)
    assert fill is not None
    return fill.cost_basis


def _sold(matches: list[tuple[D, D]], schedule: FeeSchedule) -> Exit:
    holding = Holding(1, 1, MarketId("m"), Outcome.YES, _shares(matches), D(1))
    return sell(holding, ExitKind.MANUAL, matches, schedule)


@given(matches=st.lists(st.tuples(awkward_ticks, any_shares), max_size=6), schedule=schedules)
def test_a_fee_is_the_exact_fee_up_to_the_cent(
    matches: list[tuple[D, D]], schedule: FeeSchedule
) -> None:
    """By exact rational arithmetic, without the code under test."""
    exact = sum(
        Fraction(shares)
        * Fraction(schedule.rate)
        * (Fraction(price) * (1 - Fraction(price))) ** int(schedule.exponent)
        for price, shares in matches
    )
    assert Fraction(taker_fee(schedule, matches)) == Fraction((exact * 100).__ceil__(), 100)


@given(
    shares=any_shares,
    cost_basis=cents,
    parts=st.lists(st.integers(1, 9), max_size=5),
    prices=st.lists(ticks, min_size=6, max_size=6),
    schedule=schedules,
)
def test_parts_of_a_position_add_up_to_the_whole(
    shares: D, cost_basis: D, parts: list[int], prices: list[D], schedule: FeeSchedule
) -> None:
    held, basis = shares, cost_basis
    exits: list[Exit] = []
    for part, price in zip([*parts, 10], prices, strict=False):
        sold = held if part == 10 else (held * part / 10).quantize(SHARE_STEP)
        if not 0 < sold <= held:
            continue
        holding = Holding(1, 1, MarketId("m"), Outcome.YES, held, basis)
        exits.append(sell(holding, ExitKind.MANUAL, [(price, sold)], schedule))
        held -= sold
        basis -= exits[-1].cost_basis
        assert basis >= 0
        assert exits[-1].cash >= 0
    if held == 0:
        assert basis == 0
        cash = sum(sale.cash for sale in exits)
        assert sum(sale.realized_pnl for sale in exits) == cash - cost_basis


@given(shares=any_shares, cost_basis=cents, payout=st.sampled_from([D(0), D("0.5"), D(1)]))
def test_both_sides_of_a_market_never_pay_more_than_a_dollar_a_pair(
    shares: D, cost_basis: D, payout: D
) -> None:
    yes = settle(Holding(1, 1, MarketId("m"), Outcome.YES, shares, cost_basis), payout)
    no = settle(Holding(2, 1, MarketId("m"), Outcome.NO, shares, cost_basis), 1 - payout)
    assert yes.proceeds + no.proceeds <= shares


@given(bid=ticks, ask=ticks, previous=st.none() | ticks, outcome=st.none() | ticks)
def test_a_mark_lies_within_the_quote_once_there_was_one(
    bid: D, ask: D, previous: D | None, outcome: D | None
) -> None:
    quote = Quote(min(bid, ask), max(bid, ask))
    mark = mark_price(quote, previous, outcome)
    if previous is not None:
        assert mark is not None
        assert quote.bid <= mark.price <= quote.ask


@given(bid=ticks, ask=ticks, previous=ticks)
def test_yes_and_no_are_marked_to_a_dollar(bid: D, ask: D, previous: D) -> None:
    quote = Quote(min(bid, ask), max(bid, ask))
    yes, no = mark_price(quote, previous, None), mark_price(quote.complement(), 1 - previous, None)
    assert yes is not None
    assert no is not None
    assert yes.price + no.price == 1


@given(shares=any_shares, mark=ticks)
def test_a_valuation_is_within_half_a_cent(shares: D, mark: D) -> None:
    held = PricedPosition(Outcome.YES, shares, D(0), MarketPrice(mark, None, None))
    assert abs(held.value - shares * mark) <= D("0.005")
