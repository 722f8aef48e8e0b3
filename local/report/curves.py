"""The time-weighted curves of portfolios: what core/performance makes of their stored points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from prescient.core.performance.drawdown import fall_below_peak
from prescient.core.performance.returns import MonthlyReturn, growth_index, monthly_returns
from prescient.core.performance.series import DailySeries, daily_series
from prescient.store import performance
from prescient.store.database import Session
from prescient.usecases.support.measured import equity_points


class Flow(NamedTuple):
    """What came in on a day, in dollars, negative where it left, and the index at its end."""

    day: date
    amount: Decimal
    growth: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A portfolio's index, 1 at the beginning, and its fall below the highest before, 0–1.

    Both have an entry for the evening before the first day, and one for each day.
    """

    portfolio_id: int
    days: Sequence[date]
    index: Sequence[float]
    drawdown: Sequence[float]
    flows: Sequence[Flow]
    months: Sequence[MonthlyReturn]

    def document(self) -> dict[str, list[dict[str, object]]]:
        """The numbers that the page tells of the curve, as JSON has them."""
        return {
            "flows": [
                {"day": flow.day.isoformat(), "amount": float(flow.amount)} for flow in self.flows
            ],
            "months": [
                {"month": f"{month.year}-{month.month:02}", "rate": month.rate}
                for month in self.months
            ],
        }


def curves(session: Session, portfolio_ids: Sequence[int], last_day: date) -> dict[int, Curve]:
    """Read the curves of portfolios up to a (UTC) day, by id; those without a point have none."""
    points = equity_points(performance.series(session, sorted(portfolio_ids), last_day))
    series = daily_series(points, last_day)
    index = growth_index(series).values
    falls = fall_below_peak(growth_index(series))
    return {
        portfolio_id: _curve(series, portfolio_id, index[row], falls[row])
        for row, portfolio_id in enumerate(series.portfolio_ids.tolist())
    }


def _curve(series: DailySeries, portfolio_id: int, index: np.ndarray, falls: np.ndarray) -> Curve:
    row = series.row_of(portfolio_id)
    length = int(series.lengths[row])
    before = series.first_day_of(portfolio_id) - timedelta(days=1)
    days = [before + timedelta(days=number) for number in range(length + 1)]
    values = index[: length + 1].tolist()
    flows = [
        Flow(days[column + 1], Decimal(cents).scaleb(-2), values[column + 1])
        for column, cents in enumerate(series.flows[row, :length].astype(np.int64).tolist())
        if cents
    ]
    drawdown = falls[: length + 1].tolist()
    months = monthly_returns(series, portfolio_id)
    return Curve(portfolio_id, days, values, drawdown, flows, months)
