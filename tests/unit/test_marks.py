"""The mark price rule of docs/accounting.md."""

from decimal import Decimal as D

import pytest

from prescient.core.market.markets import Quote
from prescient.core.market.marks import Mark, mark_price, prices_agree


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


@pytest.mark.parametrize(
    ("bid", "ask", "yes", "no", "expected"),
    [
        ("0.10", "0.11", "0.775", "0.225", False),
        # The middle is 0.105; with a spread of 0.01 a price may lie 0.03 away.
        ("0.10", "0.11", "0.135", "0.865", True),
        ("0.10", "0.11", "0.1351", "0.8649", False),
        ("0.10", "0.11", "0.075", "0.925", True),
        ("0.10", "0.11", "0.0749", "0.9251", False),
        ("0.10", "0.11", "0.105", "0.895", True),
        ("0.10", "0.11", "0.105", "0.225", False),
        ("0.10", "0.20", "0.27", "0.73", True),
        ("0.10", "0.20", "0.2701", "0.7299", False),
        ("0.10", "0.201", "0.775", "0.225", True),
        ("0", "0.04", "0.08", "0.92", True),
        ("0", "0.04", "0.50", "0.50", False),
        ("0", "1", "0.775", "0.225", True),
    ],
)
def test_an_outcome_price_far_from_a_trusted_quote_is_no_price(
    bid: str, ask: str, yes: str, no: str, expected: bool
) -> None:
    assert prices_agree(Quote(D(bid), D(ask)), D(yes), D(no)) is expected


def test_without_a_quote_outcome_prices_are_believed() -> None:
    assert prices_agree(None, D("0.775"), D("0.225"))
