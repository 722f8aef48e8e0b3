"""What an exit can sell into, on what evidence."""

from decimal import Decimal as D

import pytest

from prescient.core.market.bids import Bids, bids, bids_from_book
from prescient.core.market.books import Level, OrderBook
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import Quote


def levels(*pairs: tuple[str, str]) -> tuple[Level, ...]:
    return tuple(Level(D(price), D(shares)) for price, shares in pairs)


def from_book(asks: tuple[Level, ...], *pairs: tuple[str, str]) -> tuple[Level, ...]:
    found = bids_from_book(OrderBook(bids=levels(*pairs), asks=asks))
    assert found.evidence is Evidence.BOOK
    return found.levels


ASKS = levels(("0.62", "10"))


def test_a_quote_takes_one_percent_of_the_liquidity() -> None:
    # 1% of $20,000 is $200: 200 / 0.65 = 307.6923… shares
    expected = Bids(Evidence.QUOTE, levels(("0.65", "307.69")))
    assert bids(Quote(D("0.65"), D("0.66")), D(20000)) == expected


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ("0.01", "0.99"),  # a stub
        ("0.60", "0.701"),  # wider than the mark trusts
        ("0.94", "1"),  # one side only, and not near 1
        ("0", "0.03"),  # no bid
        ("1", "1"),  # no price
    ],
)
def test_a_quote_that_the_mark_does_not_trust_takes_nothing(bid: str, ask: str) -> None:
    assert bids(Quote(D(bid), D(ask)), D(20000)) == Bids(Evidence.QUOTE, ())


def test_without_a_quote_or_without_liquidity_there_is_no_bid() -> None:
    assert bids(None, D(20000)).best is None
    assert bids(Quote(D("0.60"), D("0.62")), D(0)).best is None


def test_a_lone_bid_near_certainty_is_one() -> None:
    # $200 / 0.96 = 208.333…
    assert bids(Quote(D("0.96"), D(1)), D(20000)).levels == levels(("0.96", "208.33"))


def test_a_book_gives_whole_hundredths_of_a_share() -> None:
    """A bid for 13.333333 shares once failed `execute` whole."""
    found = from_book(ASKS, ("0.60", "13.333333"), ("0.59", "0.009"), ("0.58", "7"))
    assert found == levels(("0.60", "13.33"), ("0.58", "7.00"))


def test_a_book_is_walked_as_far_below_its_ask_as_the_mark_trusts() -> None:
    found = from_book(ASKS, ("0.60", "40"), ("0.52", "40"), ("0.51", "40"), ("0.01", "1000000"))
    assert found == levels(("0.60", "40.00"), ("0.52", "40.00"))


def test_a_stub_book_gives_nothing() -> None:
    assert from_book(levels(("0.99", "1000000")), ("0.01", "1000000")) == ()


def test_levels_at_or_above_a_price() -> None:
    held = bids_from_book(OrderBook(levels(("0.60", "1"), ("0.59", "2")), ASKS))
    assert held.at_least(D("0.60")) == levels(("0.60", "1.00"))
    assert held.at_least(D("0.59")) == held.levels
