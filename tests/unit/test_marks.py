"""The mark price rule of DESIGN.md section 5."""

from decimal import Decimal as D

import pytest

from prescient.core.market.markets import Quote
from prescient.core.market.marks import Mark, mark_price


@pytest.mark.parametrize(
    ("bid", "ask", "previous", "expected"),
    [
        ("0.48", "0.50", None, Mark(D("0.49"), stale=False)),
        ("0.45", "0.55", None, Mark(D("0.50"), stale=False)),
        ("0.44", "0.55", "0.60", Mark(D("0.55"), stale=True)),
        ("0.44", "0.55", "0.30", Mark(D("0.44"), stale=True)),
        ("0.44", "0.55", "0.50", Mark(D("0.50"), stale=True)),
        ("0", "0.004", "0.30", Mark(D("0.002"), stale=False)),
        ("0", "0.06", "0.30", Mark(D("0.06"), stale=True)),
        ("0.997", "1", "0.30", Mark(D("0.9985"), stale=False)),
        ("0.94", "1", "0.30", Mark(D("0.94"), stale=True)),
        ("0", "1", "0.30", Mark(D("0.30"), stale=True)),
        ("0", "1", None, Mark(D("0.70"), stale=True)),
    ],
)
def test_mark_from_quote(bid: str, ask: str, previous: str | None, expected: Mark) -> None:
    before = None if previous is None else D(previous)
    assert mark_price(Quote(D(bid), D(ask)), before, D("0.70")) == expected


def test_a_failed_price_call_keeps_the_mark() -> None:
    assert mark_price(None, D("0.42"), None) == Mark(D("0.42"), stale=True)


def test_nothing_known_is_no_mark() -> None:
    assert mark_price(None, None, None) is None
