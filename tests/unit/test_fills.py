"""Buys: shares, price, fee and evidence."""

from decimal import Decimal as D

from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers, buy, highest_price, offers
from prescient.core.market.markets import FeeSchedule, Quote

FREE = FeeSchedule()
BOOK = Offers(
    Evidence.BOOK,
    (Level(D("0.50"), D(100)), Level(D("0.51"), D(100)), Level(D("0.60"), D(1000))),
)


def test_walks_the_book_down_to_the_limit_price() -> None:
    fill = buy(D(1000), BOOK, D("0.52"), FREE)
    assert fill is not None
    assert (fill.shares, fill.amount, fill.price) == (D("200.00"), D("101.00"), D("0.505000"))
    assert fill.evidence is Evidence.BOOK


def test_budget_stops_inside_a_level() -> None:
    fill = buy(D(60), BOOK, D("0.52"), FREE)
    assert fill is not None
    assert (fill.shares, fill.amount) == (D("119.60"), D("60.00"))


def test_amount_and_fee_share_the_budget() -> None:
    available = Offers(Evidence.QUOTE, (Level(D("0.50"), D(10_000)),))
    fill = buy(D(100), available, D("0.52"), FeeSchedule(D("0.04")))
    assert fill is not None
    assert fill.cost_basis == D("100.00")
    assert (fill.shares, fill.amount, fill.fee) == (D("196.06"), D("98.03"), D("1.97"))


def test_nothing_below_the_limit_price_is_no_fill() -> None:
    assert buy(D(100), BOOK, D("0.49"), FREE) is None


def test_a_quote_gives_one_percent_of_the_liquidity() -> None:
    found = offers(Quote(D("0.49"), D("0.50")), D("0.495"), D(1000))
    assert found == Offers(Evidence.QUOTE, (Level(D("0.50"), D("20.00")),))


def test_without_any_quote_the_mark_and_half_of_an_assumed_spread() -> None:
    found = offers(None, D("0.40"), D(4100))
    assert found == Offers(Evidence.MID, (Level(D("0.41"), D("100.00")),))


def test_nothing_is_for_sale() -> None:
    assert offers(Quote(D(0), D(1)), D("0.5"), D(1000)).best_ask is None
    assert offers(None, None, D(1000)).best_ask is None


def test_slippage_is_bounded_by_the_tenth_of_a_low_price() -> None:
    assert highest_price(D("0.50"), D("0.02")) == D("0.52")
    assert highest_price(D("0.05"), D("0.02")) == D("0.055")
