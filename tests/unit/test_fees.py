"""The taker fee."""

from decimal import Decimal as D

from prescient.core.market.fees import taker_fee
from prescient.core.market.markets import FeeSchedule


def test_fee_of_a_worked_example() -> None:
    # 100 × 0.04 × 0.5 × 0.5 = 1.00
    assert taker_fee(FeeSchedule(D("0.04")), [(D("0.5"), D(100))]) == D("1.00")


def test_exponent_bends_the_curve() -> None:
    # 100 × 0.25 × (0.25)² = 1.5625, up to 1.57
    assert taker_fee(FeeSchedule(D("0.25"), D(2)), [(D("0.5"), D(100))]) == D("1.57")


def test_no_rate_no_fee() -> None:
    assert taker_fee(FeeSchedule(), [(D("0.5"), D(1000))]) == 0


def test_several_matches_round_once() -> None:
    # 0.0024 + 0.0024 + 0.0024 = 0.0072: a cent in all, and three if each were rounded alone
    match = (D("0.5"), D("0.24"))
    assert taker_fee(FeeSchedule(D("0.04")), [match] * 3) == D("0.01")


def test_sixty_sales_of_a_share_pay_no_less_than_one_sale_of_sixty() -> None:
    # 60 × 0.04 × 0.9 × 0.1 = 0.216 → 0.22; a share alone: 0.0036 → 0.01
    schedule = FeeSchedule(D("0.04"))
    assert taker_fee(schedule, [(D("0.9"), D(60))]) == D("0.22")
    assert 60 * taker_fee(schedule, [(D("0.9"), D(1))]) == D("0.60")


def test_a_sixth_decimal_counts_too() -> None:
    """0.010008 twice: were each floored to 0.01000 first, two halves would pay 0.02 for 0.03."""
    schedule, half = FeeSchedule(D("0.04")), D("1.0008")
    assert taker_fee(schedule, [(D("0.5"), half)]) == D("0.02")
    assert taker_fee(schedule, [(D("0.5"), 2 * half)]) == D("0.03")
