"""Strategy exits: sales into the bids of the batch."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.execution.turn import Turn, take_turn
from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import Outcome
from tests.builders import account, exposure, holding, rules, sale

BIDS = Bids(
    Evidence.BOOK,
    (Level(D("0.60"), D(40)), Level(D("0.59"), D(40)), Level(D("0.50"), D(500))),
)


def sold(**changes: Any) -> Turn:
    order = sale(holding=holding(outcome=Outcome.NO), **{"bids": BIDS, **changes})
    return take_turn([order], account(exposure(outcome=Outcome.NO)), rules())


def test_walks_the_bids_down_to_the_limit_and_keeps_the_rest() -> None:
    made = sold().exits[0].exit
    # 40 × 0.60 + 40 × 0.59 = 47.60; the bids at 0.50 are beyond the slippage
    assert (made.shares, made.proceeds, made.cost_basis) == (D(80), D("47.60"), D("40.00"))
    assert made.evidence is Evidence.BOOK


def test_sells_no_more_than_was_asked() -> None:
    made = sold(shares=D(10)).exits[0].exit
    assert (made.shares, made.proceeds) == (D(10), D("6.00"))


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("market_closed", {"open": False}),
        ("stale_quote", {"quote_age": timedelta(seconds=601)}),
        ("stale_quote", {"quote_delay": timedelta(seconds=901)}),
        ("no_quote", {"bids": Bids(Evidence.BOOK, ())}),
        ("slippage", {"bids": Bids(Evidence.BOOK, (Level(D("0.579"), D(10)),))}),
    ],
)
def test_refused_with_its_reason(reason: str, changes: dict[str, Any]) -> None:
    turn = sold(**changes)
    assert turn.exits == []
    assert [rejected.reason.value for rejected in turn.rejections] == [reason]
