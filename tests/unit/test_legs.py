"""Equal shares of every leg: as many as budget, books and the guarantee allow."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.legs import Caps, EqualLegs, PricedLeg, equal_shares
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Offers
from prescient.core.market.markets import FeeSchedule
from prescient.core.strategies.protocol import Guarantee

HALF_A_CENT = Guarantee(D(1), D("0.005"), D(0))


def leg(*asks: tuple[str, str], rate: str = "0", most: str = "100000") -> PricedLeg:
    levels = tuple(Level(D(price), D(shares)) for price, shares in asks)
    return PricedLeg(Offers(Evidence.BOOK, levels), D(1), D(most), FeeSchedule(D(rate)))


def plan(
    *legs: PricedLeg, group: str = "100", each: str | None = None, **least: Any
) -> EqualLegs | None:
    guarantee = Guarantee(D(1), D(least.get("edge", "0.005")), D(least.get("return_", 0)))
    return equal_shares(legs, guarantee, Caps(D(group), None if each is None else D(each)))


def test_the_whole_group_costs_the_budget() -> None:
    """0.45 + 0.53 = 0.98: 102.04 shares cost 45.92 and 54.09, 0.01 more each 100.02 in all."""
    found = plan(leg(("0.45", "1000")), leg(("0.53", "1000")))
    assert found == EqualLegs(D("102.03"), (D("45.92"), D("54.08")))


def test_fees_are_in_the_budget() -> None:
    found = plan(leg(("0.45", "1000"), rate="0.02"), leg(("0.50", "1000"), rate="0.02"))
    # 46.87 + 0.52 and 52.08 + 0.53: exactly $100; 104.16 shares would cost $100.01
    assert found == EqualLegs(D("104.15"), (D("47.39"), D("52.61")))


def test_no_leg_above_the_position_limit() -> None:
    found = plan(leg(("0.20", "1000")), leg(("0.70", "1000")), each="35")
    assert found == EqualLegs(D("50.00"), (D("10.00"), D("35.00")))


def test_every_leg_costs_at_least_a_dollar() -> None:
    """At 0.0099 a leg of 100.00 shares or fewer costs 0.99 at most; 100.01 are rounded up to $1."""
    cheap, dear = leg(("0.0099", "1000")), leg(("0.95", "1000"))
    assert plan(cheap, dear, group="96") is None
    found = plan(cheap, dear, group="97.50")
    assert found is not None
    assert found.costs[0] >= 1


def test_the_thinnest_book_decides() -> None:
    found = plan(leg(("0.45", "30.5")), leg(("0.53", "1000")))
    assert found is not None
    assert found.shares == D("30.50")
    assert plan(leg(("0.45", "30.5"), most="7.625"), leg(("0.53", "1000"))) == EqualLegs(
        D("7.62"), (D("3.43"), D("4.04"))
    )


def test_walks_on_only_while_one_more_share_of_each_is_worth_it() -> None:
    """0.45 + 0.53, then 0.46 + 0.53, then 0.47 + 0.53 leaves nothing."""
    first = leg(("0.45", "10"), ("0.46", "10"), ("0.47", "1000"))
    found = plan(first, leg(("0.53", "1000")))
    assert found == EqualLegs(D("20.00"), (D("9.10"), D("10.60")))


@pytest.mark.timeout(10)
def test_a_level_of_no_shares_is_passed_over() -> None:
    """The quote of a market without liquidity is such a level: it once was walked for ever."""
    assert plan(leg(("0.45", "0")), leg(("0.53", "1000"))) is None
    found = plan(leg(("0.44", "0"), ("0.45", "20")), leg(("0.53", "1000")))
    assert found == EqualLegs(D("20.00"), (D("9.00"), D("10.60")))


@pytest.mark.parametrize(
    ("edge", "return_", "shares"),
    [("0.005", "0", "20"), ("0.015", "0", "10"), ("0.02", "0", None), ("0.005", "0.0203", "10")],
)
def test_edge_and_return_bind_each_further_share(
    edge: str, return_: str, shares: str | None
) -> None:
    first = leg(("0.45", "10"), ("0.46", "10"), ("0.47", "1000"))
    found = plan(first, leg(("0.53", "1000")), edge=edge, return_=return_)
    assert (found and found.shares) == (shares and D(shares))


def test_a_fee_makes_the_next_level_not_worth_it() -> None:
    """0.46 + 0.53 would leave 0.01, but not after fees of 0.005 on both."""
    first = leg(("0.45", "10"), ("0.46", "10"), rate="0.02")
    found = plan(first, leg(("0.53", "1000"), rate="0.02"))
    assert found is not None
    assert found.shares == D("10.00")


def test_cents_that_round_the_edge_away() -> None:
    """3.01 shares of 0.664 + 0.335 cost 2.00 + 1.01, all of the 3.01 that they pay."""
    assert plan(leg(("0.664", "3.01")), leg(("0.335", "3.01")), edge="0.0001") is None
    assert plan(leg(("0.664", "300")), leg(("0.335", "300")), edge="0.0001", group="300")


def test_a_leg_below_a_dollar_cannot_be_bought() -> None:
    assert plan(leg(("0.005", "1000")), leg(("0.90", "1000"))) is None
    found = plan(leg(("0.005", "1000")), leg(("0.90", "1000")), group="250")
    assert found is not None
    assert found.costs[0] >= 1


def test_nothing_to_spend_buys_nothing() -> None:
    assert plan(leg(("0.45", "1000")), leg(("0.53", "1000")), group="0") is None
    assert plan(leg(("0.45", "1000")), leg()) is None


def test_a_guarantee_is_judged_exactly() -> None:
    assert not HALF_A_CENT.covers(D("0.995"))
    assert HALF_A_CENT.covers(D("0.99499999"))
    assert not HALF_A_CENT.covers(D("298.50"), D(300))
    assert HALF_A_CENT.covers(D("298.49"), D(300))
    yearly = Guarantee(D(1), D("0.005"), D("0.25"))
    assert yearly.covers(D("0.8"))
    assert not yearly.covers(D("0.800001"))
