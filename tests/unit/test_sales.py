"""Strategy exits: sales into the bids of the batch."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.sales import SaleOrder, Sales, execute_sales
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome
from prescient.core.portfolio.positions import Holding

BIDS = (Level(D("0.60"), D(40)), Level(D("0.59"), D(40)), Level(D("0.50"), D(500)))


def sale(**changes: Any) -> Sales:
    values: dict[str, Any] = {
        "signal_id": 1,
        "holding": Holding(1, 1, MarketId("m"), Outcome.NO, D(100), D(50)),
        "shares": D(100),
        "target_price": D("0.60"),
        "bids": BIDS,
        "evidence": Evidence.BOOK,
        "fee": FeeSchedule(),
        "open": True,
        "quote_age": timedelta(0),
    }
    return execute_sales([SaleOrder(**values | changes)], D("0.02"), timedelta(seconds=600))


def test_walks_the_bids_down_to_the_limit_and_keeps_the_rest() -> None:
    ((_, made),) = sale().exits
    # 40 × 0.60 + 40 × 0.59 = 47.60; the bids at 0.50 are beyond the slippage
    assert (made.shares, made.proceeds, made.cost_basis) == (D(80), D("47.60"), D("40.00"))
    assert made.evidence is Evidence.BOOK


def test_sells_no_more_than_was_asked() -> None:
    ((_, made),) = sale(shares=D(10)).exits
    assert (made.shares, made.proceeds) == (D(10), D("6.00"))


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("market_closed", {"open": False}),
        ("stale_quote", {"quote_age": timedelta(seconds=601)}),
        ("no_quote", {"bids": ()}),
        ("no_quote", {"bids": (Level(D(0), D(10)),)}),
        ("slippage", {"bids": (Level(D("0.579"), D(10)),)}),
    ],
)
def test_refused_with_its_reason(reason: str, changes: dict[str, Any]) -> None:
    done = sale(**changes)
    assert (done.exits, [found.value for _, found in done.rejections]) == ([], [reason])
