"""Wins, losses, their average and their runs."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from prescient.core.portfolio.trading_record import TradingRecord


def test_a_record_by_hand() -> None:
    record = TradingRecord().after(map(D, ("5", "3", "-1", "0", "-2", "-2", "-4.01", "1")))
    assert (record.closed, record.winning, record.losing) == (8, 3, 4)
    assert (record.max_consecutive_wins, record.max_consecutive_losses) == (2, 3)
    assert record.current_run == 1
    assert record.closed_pnl == D("-0.01")


def test_average_of_nothing_is_nothing() -> None:
    assert TradingRecord().average_pnl == 0


@given(st.lists(st.integers(-500, 500)), st.lists(st.integers(-500, 500)))
def test_a_record_carried_on_equals_one_made_at_once(first: list[int], second: list[int]) -> None:
    pnls = [D(cents) / 100 for cents in first + second]
    carried = TradingRecord().after(pnls[: len(first)]).after(pnls[len(first) :])
    assert carried == TradingRecord().after(pnls)
    assert carried.closed_pnl == sum(pnls)
