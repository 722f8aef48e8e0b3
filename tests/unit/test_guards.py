"""How far below its peak a portfolio may fall."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from prescient.core.errors import PortfolioConflict
from prescient.core.portfolio.guards import (
    Alert,
    Guard,
    Reset,
    Standing,
    alert,
    check_reactivation,
    reason,
)


def standing(equity: str, profit: str, *, peak: str = "1000", peak_profit: str = "0") -> Standing:
    return Standing(D(equity), D(profit), D(peak), D(peak_profit))


@pytest.mark.parametrize(
    ("limit", "percent", "equity", "profit", "expected"),
    [
        ("100", None, "920.01", "-79.99", Alert.NONE),
        ("100", None, "920", "-80", Alert.WARNING),
        ("100", None, "900.01", "-99.99", Alert.WARNING),
        ("100", None, "900", "-100", Alert.REACHED),
        (None, "10", "920.01", "-79.99", Alert.NONE),
        (None, "10", "920", "-80", Alert.WARNING),
        (None, "10", "900.01", "-99.99", Alert.WARNING),
        (None, "10", "900", "-100", Alert.REACHED),
        (None, "100", "0.01", "-999.99", Alert.WARNING),
        (None, "100", "0", "-1000", Alert.REACHED),
        ("100", "50", "900", "-100", Alert.REACHED),
        ("500", "10", "900", "-100", Alert.REACHED),
        (None, None, "0", "-1000", Alert.NONE),
        ("100", "10", "1200", "200", Alert.NONE),
    ],
)
def test_a_warning_at_four_fifths_and_the_end_at_the_limit(
    limit: str | None, percent: str | None, equity: str, profit: str, expected: Alert
) -> None:
    guard = Guard(D(limit) if limit else None, D(percent) if percent else None)
    assert alert(guard, standing(equity, profit)) is expected
    assert guard.is_set is (limit is not None or percent is not None)


def test_the_reason_names_what_was_reached() -> None:
    fallen = standing("870", "-130")
    both = Guard(D(100), D("12.5"))
    assert reason(both, fallen) == "drawdown of 130 dollars reaches 100 and of 13% reaches 12.5%"
    assert reason(Guard(D(500), D("12.5")), fallen) == "drawdown of 13% reaches 12.5%"
    assert reason(Guard(D(130), D(50)), fallen, " over all portfolios") == (
        "drawdown over all portfolios of 130 dollars reaches 130"
    )


def test_a_portfolio_that_would_be_paused_at_once_needs_a_new_peak() -> None:
    guard, fallen = Guard(D(100)), standing("900", "-100")
    with pytest.raises(PortfolioConflict, match="resets: the drawdown of 100 dollars reaches 100"):
        check_reactivation(guard, fallen, Reset.NOTHING)
    check_reactivation(guard, fallen, Reset.PEAK)
    check_reactivation(guard, standing("900.01", "-99.99"), Reset.NOTHING)


def test_equity_that_is_gone_ends_the_index_and_cash_begins_another() -> None:
    gone = standing("0", "-1000")
    assert gone.drawdown_percent == 100
    again = gone.after_flow(D(500))
    assert (again.drawdown_percent, again.drawdown) == (D(0), D(1000))
    taken = standing("500", "-500").after_flow(D(-500))
    assert (taken.equity, taken.drawdown_percent) == (D(0), D(0))
