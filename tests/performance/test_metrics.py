"""Metrics by hand, and where each of them says nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest

from prescient.core.performance.figures import LEAST_DAYS, Reason
from prescient.core.performance.risk import daily_rate
from prescient.core.performance.series import EquityPoint
from prescient.core.performance.trading import ClosedPosition, TradedSums
from tests.performance.histories import at_day, measured, of_days

FLAT = of_days([100] * 40)


def closed(*pnls: str, portfolio_id: int = 1) -> list[ClosedPosition]:
    """Positions that closed an hour after each other with these P&Ls, each held for a day."""
    return [
        ClosedPosition(portfolio_id, at_day(0, hour), at_day(1, hour), D(pnl))
        for hour, pnl in enumerate(pnls)
    ]


def test_the_record_of_closed_positions() -> None:
    (found,) = measured(FLAT, closed("5", "3", "-1", "0", "-2", "-2", "-4", "-1"))
    assert (found.closed_positions, found.win_rate) == (8, 0.25)
    assert (found.average_win, found.average_loss) == (4, 2)
    assert found.profit_factor == pytest.approx(8 / 10)
    assert found.expectancy == pytest.approx(-0.25)
    assert (found.max_consecutive_wins, found.max_consecutive_losses) == (2, 4)
    assert found.current_run == -4
    assert found.average_holding_time == timedelta(days=1).total_seconds()


def test_runs_are_those_of_each_portfolio() -> None:
    positions = [*closed("1", "1"), *closed("1", "-1", portfolio_id=3)]
    points = [*FLAT, *of_days([1] * 3, 2), *of_days([1] * 3, 3)]
    found = measured(points, [*positions, *closed("1", portfolio_id=7)])
    assert [own.current_run for own in found] == [2, 0, -1]
    assert [own.max_consecutive_wins for own in found] == [2, 0, 1]
    assert [own.closed_positions for own in found] == [2, 0, 2]


def test_without_a_closed_position_there_is_no_record() -> None:
    (found,) = measured(FLAT)
    for name in ("win_rate", "expectancy", "profit_factor", "average_holding_time"):
        assert getattr(found, name) is None
        assert found.reasons[name] is Reason.NO_POSITIONS


@pytest.mark.parametrize(
    ("pnl", "missing"),
    [
        ("1", {"average_loss": Reason.NO_LOSSES, "profit_factor": Reason.NO_LOSSES}),
        ("-1", {"average_win": Reason.NO_WINS}),
    ],
)
def test_without_wins_or_losses(pnl: str, missing: dict[str, Reason]) -> None:
    (found,) = measured(FLAT, closed(pnl))
    record = {"average_win", "average_loss", "win_rate", "expectancy", "profit_factor"}
    assert {name: found.reasons[name] for name in record & set(found.reasons)} == missing


def test_without_a_deviation_there_is_no_ratio() -> None:
    (found,) = measured(FLAT)
    assert (found.volatility, found.annual_return) == (0, 0)
    assert found.reasons["sharpe_ratio"] is Reason.NO_DEVIATION
    assert found.reasons["calmar_ratio"] is Reason.NO_DRAWDOWN
    rise = [EquityPoint(1, at_day(0, 0), D(50)), *of_days([100 * 2**days for days in range(40)])]
    (rising,) = measured(rise)
    assert rising.reasons["sortino_ratio"] is Reason.NO_DEVIATION


def test_ratios_and_annualised_figures_need_thirty_days() -> None:
    equity = [100 + number % 3 for number in range(LEAST_DAYS)]
    names = {"annual_return", "volatility", "sharpe_ratio", "sortino_ratio", "calmar_ratio"}
    (young,) = measured(of_days(equity[:-1]))
    for name in names | {"turnover"}:
        assert getattr(young, name) is None
        assert young.reasons[name] is Reason.TOO_FEW_DAYS
    (old,) = measured(of_days(equity))
    assert not (names | {"turnover"}) & set(old.reasons)


def test_turnover_exposure_and_costs() -> None:
    points = [
        EquityPoint(1, at_day(number), D(1000), invested=D(250 if number % 2 else 750))
        for number in range(73)
    ]
    traded = TradedSums(1, bought=D(900), sold=D(1100), fees=D("3.21"), slippage=D("-0.50"))
    (found,) = measured(points, traded=[traded])
    assert found.turnover == pytest.approx(1 * 365 / 73)
    assert found.exposure == pytest.approx((37 * 0.75 + 36 * 0.25) / 73)
    assert (found.fees, found.slippage) == (D("3.21"), D("-0.50"))


def test_a_portfolio_without_equity_turns_nothing_over() -> None:
    (found,) = measured([EquityPoint(1, at_day(0), D(0))])
    assert (found.days, found.return_all_time, found.exposure) == (1, 0, 0)


def test_what_came_of_next_to_nothing_is_too_large_to_say_anything() -> None:
    points: list[EquityPoint] = []
    for number in range(0, 40, 2):  # a million of a cent, withdrawn, and again
        points.append(EquityPoint(1, at_day(number, 1), D("0.01"), D("-9999.99") * (number > 0)))
        points.append(EquityPoint(1, at_day(number, 2), D(10_000)))
    found, other = measured([*points, *of_days([100, 101] * 20, 2)])
    for name in ("return_all_time", "annual_return"):
        assert getattr(found, name) is None
        assert found.reasons[name] is Reason.TOO_LARGE
        assert getattr(other, name) is not None


def test_nothing_is_measured_of_nothing() -> None:
    assert measured(of_days([100])[:1], last=-1) == []


def test_the_risk_free_rate_of_a_day_compounds_to_that_of_the_year() -> None:
    assert (1 + daily_rate(0.05)) ** 365 == pytest.approx(1.05)


def test_every_reason_is_a_sentence() -> None:
    for reason in Reason:
        assert reason.sentence.endswith(".")
