"""All metrics of portfolios in one pass: what `portfolio_performance_cache` keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from prescient.core.performance.drawdown import Drawdown, Drawdowns, drawdowns
from prescient.core.performance.figures import Figures, Reason
from prescient.core.performance.returns import (
    GrowthIndex,
    annual_return,
    growth_index,
    total_return,
    window_return,
)
from prescient.core.performance.risk import Moments, calmar_ratio
from prescient.core.performance.series import DailySeries
from prescient.core.performance.trading import (
    NOTHING_TRADED,
    ClosedPositions,
    ClosedRecord,
    TradedSums,
    exposure,
    turnover,
)


class Performance(NamedTuple):
    """The metrics of one portfolio; what is None has its reason in `reasons`, by field name.

    Returns, volatility, drawdowns, exposure and win rate are fractions (0.01 is 1%), ratios and
    turnover are a year's, `average_holding_time` is in seconds, money in dollars. Each has its
    formula where it is computed.
    """

    portfolio_id: int
    days: int
    return_1d: float | None
    return_7d: float | None
    return_30d: float | None
    return_all_time: float | None
    annual_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    present_drawdown: float
    days_since_peak: int
    win_rate: float | None
    average_win: float | None
    average_loss: float | None
    expectancy: float | None
    profit_factor: float | None
    average_holding_time: float | None
    turnover: float | None
    exposure: float | None
    closed_positions: int
    max_consecutive_wins: int
    max_consecutive_losses: int
    current_run: int
    fees: Decimal
    slippage: Decimal
    max_drawdown: Drawdown | None
    reasons: Mapping[str, Reason]


def performance(
    series: DailySeries,
    positions: ClosedPositions,
    traded: Iterable[TradedSums],
    risk_free: float,
) -> list[Performance]:
    """Return the metrics of each row of `series`; `risk_free` is the daily rate.

    A portfolio's numbers depend on nothing but its own: to the last bit.
    """
    known = {sums.portfolio_id: sums for sums in traded}
    own_sums = [known.get(number, NOTHING_TRADED) for number in series.portfolio_ids.tolist()]
    index = growth_index(series)
    falls = drawdowns(index)
    record = ClosedRecord.of(positions, series.portfolio_ids)
    dollars = np.array([float(sums.bought + sums.sold) for sums in own_sums])
    found = (
        _of_the_series(series, index, falls, risk_free)
        | _of_the_record(record)
        | {"turnover": turnover(series, dollars), "exposure": exposure(series)}
    )
    plain = {
        "portfolio_id": series.portfolio_ids.tolist(),
        "days": series.lengths.tolist(),
        "present_drawdown": falls.present.tolist(),
        "days_since_peak": falls.present_days.tolist(),
        "closed_positions": record.count.tolist(),
        "max_consecutive_wins": record.longest_wins.tolist(),
        "max_consecutive_losses": record.longest_losses.tolist(),
        "current_run": record.current_run.tolist(),
        "fees": [sums.fees for sums in own_sums],
        "slippage": [sums.slippage for sums in own_sums],
        "max_drawdown": falls.deepest(),
        "reasons": _reasons(found, falls),
    }
    columns = plain | {name: column.optional() for name, column in found.items()}
    rows = zip(*(columns[name] for name in Performance._fields), strict=True)
    return [Performance._make(row) for row in rows]


def _of_the_series(
    series: DailySeries, index: GrowthIndex, falls: Drawdowns, risk_free: float
) -> dict[str, Figures]:
    moments = Moments.of(series, risk_free)
    yearly = annual_return(index)
    return {
        "return_1d": window_return(index, 1),
        "return_7d": window_return(index, 7),
        "return_30d": window_return(index, 30),
        "return_all_time": total_return(index),
        "annual_return": yearly,
        "volatility": moments.volatility(),
        "sharpe_ratio": moments.sharpe_ratio(),
        "sortino_ratio": moments.sortino_ratio(),
        "calmar_ratio": calmar_ratio(yearly, falls),
    }


def _of_the_record(record: ClosedRecord) -> dict[str, Figures]:
    return {
        "win_rate": record.win_rate(),
        "average_win": record.average_win(),
        "average_loss": record.average_loss(),
        "expectancy": record.expectancy(),
        "profit_factor": record.profit_factor(),
        "average_holding_time": record.average_holding_time(),
    }


def _reasons(found: Mapping[str, Figures], falls: Drawdowns) -> list[dict[str, Reason]]:
    """Why a figure is null, by its name, for each row."""
    reasons: list[dict[str, Reason]] = [
        {} if exists else {"max_drawdown": Reason.NO_DRAWDOWN} for exists in falls.exist.tolist()
    ]
    for name, column in found.items():
        for row, reason in column.reasons().items():
            reasons[row][name] = reason
    return reasons
