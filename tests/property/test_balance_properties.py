"""No flow brings a balance above its bound, and none within it is refused."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prescient.core.errors import InvalidRequest, PortfolioConflict
from prescient.core.portfolio.cash import check_balance, check_flow
from prescient.core.portfolio.portfolios import PortfolioStatus

BOUND = D(1000000000000)
dollars = st.decimals(min_value=0, max_value=2 * BOUND, places=2)
changes = st.decimals(min_value=-2 * BOUND, max_value=2 * BOUND, places=2)


@given(dollars, changes)
@example(BOUND - 1, D("1.00"))
@example(BOUND - 1, D("1.01"))
@example(2 * BOUND, D("-0.01"))
def test_a_flow_keeps_the_balance_within_its_bounds(balance: D, change: D) -> None:
    if balance + change < 0:
        with pytest.raises(PortfolioConflict):
            check_flow(PortfolioStatus.ACTIVE, balance, change)
    elif change > 0 and balance + change > BOUND:
        with pytest.raises(InvalidRequest, match=r"^amount: .*1000000000000 dollars"):
            check_flow(PortfolioStatus.ACTIVE, balance, change)
    else:
        check_flow(PortfolioStatus.ACTIVE, balance, change)


@given(dollars)
@example(BOUND)
@example(BOUND + D("0.01"))
def test_a_portfolio_begins_within_the_bound(balance: D) -> None:
    if balance <= BOUND:
        check_balance("initial_balance", balance)
    else:
        with pytest.raises(InvalidRequest, match=r"^initial_balance: .*1000000000000 dollars"):
            check_balance("initial_balance", balance)
