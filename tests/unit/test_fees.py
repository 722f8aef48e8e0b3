"""The taker fee."""

from decimal import Decimal as D

from prescient.core.market.fees import taker_fee
from prescient.core.market.markets import FeeSchedule


def test_fee_of_a_worked_example() -> None:
    # 100 × 0.04 × 0.5 × 0.5 = 1.00
    assert taker_fee(FeeSchedule(D("0.04")), [(D("0.5"), D(100))]) == D("1.00")


def test_exponent_bends_the_curve() -> None:
    # 100 × 0.25 × (0.25)² = 1.5625, which rounds to 1.56
    assert taker_fee(FeeSchedule(D("0.25"), D(2)), [(D("0.5"), D(100))]) == D("1.56")


def test_no_rate_no_fee() -> None:
    assert taker_fee(FeeSchedule(), [(D("0.5"), D(1000))]) == 0


def test_several_matches_round_once() -> None:
    # 0.0024 + 0.0024 + 0.0024 = 0.0072: a cent in all, and nothing if each were rounded alone
    match = (D("0.5"), D("0.24"))
    assert taker_fee(FeeSchedule(D("0.04")), [match] * 3) == D("0.01")


def test_floored_to_five_decimals_before_the_cent() -> None:
    # 1.2499996 × 0.04 × 0.1 = 0.0049999984 → 0.00499 → 0.00; 1.25 shares → 0.005 → 0.01
    assert taker_fee(FeeSchedule(D("0.04")), [(D("0.5"), D("0.4999999"))]) == D("0.00")
    assert taker_fee(FeeSchedule(D("0.04")), [(D("0.5"), D("0.5"))]) == D("0.01")
