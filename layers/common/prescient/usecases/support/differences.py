"""Differences between pairs of portfolios, by days and by events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from prescient.core.money import ZERO
from prescient.core.performance import comparison
from prescient.core.performance.comparison import Contributions, Difference
from prescient.core.performance.series import DailySeries
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import performance
from prescient.store.database import Session

Pair = tuple[PortfolioId, PortfolioId]


def differences(
    session: Session, series: DailySeries, pairs: Sequence[Pair]
) -> Iterator[Difference]:
    """Compare pairs of portfolios over the days that both have in the series, in any order."""
    windows: defaultdict[tuple[int, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        windows[series.common_window(pair)].append(pair)
    for (first_day, days), own in windows.items():
        owners = sorted({owner for pair in own for owner in pair})
        by_event = _contributions(session, series, owners, first_day, days)
        yield from comparison.compare(series, own, by_event)


def _contributions(
    session: Session,
    series: DailySeries,
    portfolio_ids: Sequence[PortfolioId],
    first_day: int,
    days: int,
) -> dict[int, Contributions]:
    """Return what each event added to each portfolio's return over these `days`, by portfolio."""
    if not days:
        return {}
    first, last = (date.fromordinal(day) for day in (first_day, first_day + days - 1))
    profits = performance.event_profits(session, portfolio_ids, first, last)
    return {
        portfolio_id: comparison.event_contributions(
            profits.get(portfolio_id, {}), _mean_equity(series, portfolio_id, first_day, days)
        )
        for portfolio_id in portfolio_ids
    }


def _mean_equity(series: DailySeries, portfolio_id: int, first_day: int, days: int) -> Decimal:
    """Return the mean equity, dollars, over those of these days that the series has."""
    row = series.row_of(portfolio_id)
    begin = first_day - int(series.first_days[row])
    end = min(begin + days, int(series.lengths[row]))
    return Decimal(float(series.equity[row, begin:end].mean())) / 100 if end > begin else ZERO
