"""What leaving a position brings, with the numbers of docs/accounting.md."""

from decimal import Decimal as D

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome
from prescient.core.portfolio.positions import (
    ExitKind,
    Holding,
    check_sale,
    sell,
    settle,
    sold_basis,
)


def holding(shares: str = "129.03", cost_basis: str = "100.00") -> Holding:
    return Holding(1, 1, MarketId("m"), Outcome.YES, D(shares), D(cost_basis))


def test_sale_pays_the_fee_and_rounds_down() -> None:
    sold = sell(holding(), ExitKind.MANUAL, [(D("0.90"), D("129.03"))], FeeSchedule(D("0.04")))
    # 129.03 × 0.90 = 116.127 → 116.12; 129.03 × 0.04 × 0.09 = 0.46451 → 0.47
    assert (sold.proceeds, sold.fee, sold.cash) == (D("116.12"), D("0.47"), D("115.65"))
    assert sold.realized_pnl == D("15.65")


@pytest.mark.parametrize(
    ("payout", "proceeds", "pnl"),
    [("1", "129.03", "29.03"), ("0", "0.00", "-100.00"), ("0.5", "64.51", "-35.49")],
)
def test_settlement(payout: str, proceeds: str, pnl: str) -> None:
    settled = settle(holding(), D(payout))
    assert (settled.proceeds, settled.fee, settled.realized_pnl) == (D(proceeds), D(0), D(pnl))


def test_the_last_part_takes_the_rest_of_the_basis() -> None:
    first = sold_basis(D("100.00"), D("129.03"), D("43.01"))
    second = sold_basis(D("100.00") - first, D("86.02"), D("43.01"))
    last = sold_basis(D("100.00") - first - second, D("43.01"), D("43.01"))
    assert (first, second, last) == (D("33.33"), D("33.34"), D("33.33"))


@pytest.mark.parametrize("sold", ["0", "-1", "129.04"])
def test_more_than_is_held_cannot_be_sold(sold: str) -> None:
    with pytest.raises(InvalidRequest, match=r"shares: .* at most the 129\.03 held"):
        check_sale(D(sold), D("129.03"))


def test_a_fee_never_makes_a_sale_cost_cash() -> None:
    sold = sell(
        holding("0.10", "0.10"), ExitKind.MANUAL, [(D("0.05"), D("0.10"))], FeeSchedule(D(5))
    )
    assert sold.cash == 0
