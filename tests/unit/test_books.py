"""Which books are believed beside the listed quote, and what is left of their depth."""

from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescient.core.market.books import Level, OrderBook, believed, beyond
from prescient.core.market.markets import MarketId, Outcome, Quote

M1 = MarketId("m1")
hundredths = st.integers(1, 10**6).map(lambda number: D(number) / 100)
levels = st.lists(hundredths, max_size=4).map(
    lambda sizes: tuple(Level(D(place) / 10, shares) for place, shares in enumerate(sizes, 1))
)


def book(bid: str | None, ask: str | None) -> OrderBook:
    """A book of one level a side, at most."""
    sides = (() if price is None else (Level(D(price), D(100)),) for price in (bid, ask))
    return OrderBook(*sides)


def is_believed(shown: OrderBook, listed: Quote | None, outcome: Outcome = Outcome.YES) -> bool:
    return believed({(M1, outcome): shown}, {M1: listed}) == {(M1, outcome): shown}


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [
        ("0.77", "0.78", True),
        ("0.72", "0.83", True),
        ("0.71", "0.78", False),
        ("0.77", "0.84", False),
        ("0.58", "0.60", False),
        ("0.01", "0.99", False),
        (None, "0.78", False),
        ("0.77", None, False),
        (None, None, False),
    ],
)
def test_a_book_is_held_against_a_trusted_quote(
    bid: str | None, ask: str | None, expected: bool
) -> None:
    assert is_believed(book(bid, ask), Quote(D("0.77"), D("0.78"))) is expected


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [
        ("0.22", "0.23", True),
        ("0.17", "0.28", True),
        ("0.16", "0.23", False),
        ("0.77", "0.78", False),
    ],
)
def test_the_book_of_no_is_held_against_the_complement(bid: str, ask: str, expected: bool) -> None:
    assert is_believed(book(bid, ask), Quote(D("0.77"), D("0.78")), Outcome.NO) is expected


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [
        ("0.58", "0.60", True),
        ("0.40", "0.78", True),
        ("0.01", "0.99", True),
        ("0.83", "0.84", True),
        ("0.831", "0.84", False),
        ("0.34", "0.35", True),
        ("0.34", "0.349", False),
    ],
)
def test_a_wide_quote_contradicts_only_what_lies_outside_of_it(
    bid: str, ask: str, expected: bool
) -> None:
    assert is_believed(book(bid, ask), Quote(D("0.40"), D("0.78"))) is expected


def test_without_a_quote_there_is_nothing_to_hold_a_book_against() -> None:
    assert is_believed(book("0.01", "0.99"), None)
    assert believed({(M1, Outcome.NO): book("0.01", "0.99")}, {}) != {}


@given(offered=levels, first=hundredths, second=hundredths)
def test_what_was_taken_is_gone_from_the_front(
    offered: tuple[Level, ...], first: D, second: D
) -> None:
    """Share by share on fractions: the best go first, the same in one purchase or in two."""
    left = beyond(offered, first)
    gone = F(first)
    expected = []
    for level in offered:
        here = min(gone, F(level.shares))
        gone -= here
        if here < F(level.shares):
            expected.append((level.price, F(level.shares) - here))
    assert [(level.price, F(level.shares)) for level in left] == expected
    assert beyond(left, second) == beyond(offered, first + second)
    assert beyond(offered, D(0)) == offered


@pytest.mark.parametrize("taken", ["0", "1"])
def test_a_level_of_no_shares_is_none(taken: str) -> None:
    empty, full = Level(D("0.4"), D(0)), Level(D("0.5"), D(2))
    assert beyond((empty, full, empty), D(taken)) == (Level(D("0.5"), 2 - D(taken)),)
