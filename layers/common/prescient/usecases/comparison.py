"""Compares portfolios on days that they share: two with an interval, many with all trials counted.

It is computed when asked for, on days that have ended, and seeded by the last of them: the same
question has the same answer until the next day, but for the P&L of what is still held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from prescient.core.errors import PortfolioNotFound
from prescient.core.performance import comparison, likeness, ranking
from prescient.core.performance.comparison import Contributions, Difference
from prescient.core.performance.estimates import Estimate
from prescient.core.performance.figures import DAYS_A_YEAR
from prescient.core.performance.returns import growth_index
from prescient.core.performance.series import DailySeries, daily_series
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import performance as stored
from prescient.store.database import Database, Session
from prescient.usecases.support.comparing import (
    ComparedPair,
    ComparedPortfolio,
    Comparison,
    Interval,
    Likeness,
)
from prescient.usecases.support.measured import equity_points


def between(
    session: Session, first: PortfolioId, second: PortfolioId, last_day: date
) -> Difference | None:
    """The first portfolio beside the second, by days and events; None before they have begun."""
    compared = Compared.read(session, [first, second], last_day)
    if {first, second} - {*compared.begun}:
        return None
    by_event = contributions(session, compared)
    [found] = comparison.compare(compared.series, [(first, second)], by_event)
    return found


def compare(database: Database, portfolio_ids: Sequence[PortfolioId], now: datetime) -> Comparison:
    """Compare at least two portfolios; raises `PortfolioNotFound`."""
    last_day = now.astimezone(UTC).date() - timedelta(days=1)
    with database.snapshot() as session:
        compared = Compared.read(session, portfolio_ids, last_day)
        pairs = list(_pairs(session, compared))
    return Comparison(
        calculated_at=now,
        last_day=last_day,
        benchmark_id=compared.benchmark_id,
        trials=len(compared.trials),
        portfolios=list(_portfolios(compared)),
        pairs=pairs,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared; portfolios that began today have no day yet, and are in no series."""

    names: dict[PortfolioId, str]
    series: DailySeries
    benchmark_id: PortfolioId | None
    trials: list[float]
    last_day: date

    @classmethod
    def read(
        cls, session: Session, portfolio_ids: Sequence[PortfolioId], last_day: date
    ) -> Compared:
        found = stored.names(session, portfolio_ids)
        for portfolio_id in portfolio_ids:
            if portfolio_id not in found:
                raise PortfolioNotFound(portfolio_id)
        benchmark = stored.benchmark(session)
        wanted = {*portfolio_ids, *([] if benchmark is None else [benchmark])}
        points = equity_points(stored.series(session, sorted(wanted), last_day))
        daily = [ratio / math.sqrt(DAYS_A_YEAR) for ratio in stored.sharpe_ratios(session)]
        names = {portfolio_id: found[portfolio_id] for portfolio_id in portfolio_ids}
        return cls(names, daily_series(points, last_day), benchmark, daily, last_day)

    @property
    def begun(self) -> list[PortfolioId]:
        known = set(self.series.portfolio_ids.tolist())
        return [portfolio_id for portfolio_id in self.names if portfolio_id in known]


def _portfolios(compared: Compared) -> Iterator[ComparedPortfolio]:
    series, advantages = compared.series, _advantages(compared)
    growth = dict(zip(series.portfolio_ids.tolist(), growth_index(series).last - 1.0, strict=True))
    for portfolio_id, name in compared.names.items():
        has_begun = portfolio_id in growth
        advantage = advantages.get(portfolio_id)
        returns = series.returns_of(portfolio_id) if has_begun else None
        yield ComparedPortfolio(
            portfolio_id=portfolio_id,
            name=name,
            days=0 if returns is None else len(returns),
            return_all_time=float(growth[portfolio_id]) if has_begun else 0.0,
            advantage=advantage and advantage.mean,
            adjusted_p=advantage and advantage.adjusted_p,
            deflated_sharpe_ratio=(
                None if returns is None else ranking.deflated_sharpe_ratio(returns, compared.trials)
            ),
        )


def _advantages(compared: Compared) -> dict[int, ranking.Advantage]:
    benchmark, begun = compared.benchmark_id, compared.begun
    others = [portfolio_id for portfolio_id in begun if portfolio_id != benchmark]
    if benchmark is None or not others or benchmark not in compared.series.portfolio_ids:
        return {}
    ranked = ranking.ranking(compared.series, others, benchmark)
    return {advantage.portfolio_id: advantage for advantage in ranked.advantages}


def _pairs(session: Session, compared: Compared) -> Iterator[ComparedPair]:
    pairs: list[tuple[int, int]] = list(combinations(compared.begun, 2))
    sides = stored.held_sides(session, compared.begun)
    is_alone = len(compared.names) == 2  # noqa: PLR2004 (a pair)
    by_event = contributions(session, compared) if is_alone and pairs else {}
    for found in comparison.compare(compared.series, pairs, by_event):
        first, second = PortfolioId(found.first_id), PortfolioId(found.second_id)
        alike = likeness.correlation(compared.series, first, second)
        yield ComparedPair(
            first_id=first,
            second_id=second,
            days=found.days,
            last_day=found.last_day,
            correlation=alike and Likeness(**alike._asdict()),
            in_common=likeness.in_common(sides.get(first, set()), sides.get(second, set())),
            **(_told(found, compared) if is_alone else _NOT_TOLD),
        )


_NOT_TOLD = dict.fromkeys(
    ("sentence", "verdict", "unit", "told", "by_days", "by_events", "detectable", "more_days")
)


def _told(found: Difference, compared: Compared) -> dict[str, object]:
    names = compared.names
    return {
        "sentence": found.sentence(
            names[PortfolioId(found.first_id)], names[PortfolioId(found.second_id)]
        ),
        "verdict": found.verdict,
        "unit": found.unit if found.told else None,
        "told": _interval(found.told),
        "by_days": _interval(found.by_days),
        "by_events": _interval(found.by_events),
        "detectable": found.detectable,
        "more_days": found.more_days,
    }


def _interval(estimate: Estimate | None) -> Interval | None:
    return estimate and Interval(
        mean=estimate.mean,
        low=estimate.low,
        high=estimate.high,
        p_value=estimate.p_value,
        above_zero=estimate.above_zero,
    )


def contributions(session: Session, compared: Compared) -> dict[int, Contributions]:
    """What each event added to the returns of both, over the days that both have."""
    series = compared.series
    first_day, days = series.common_window(compared.begun)
    if not days:
        return {}
    begun = date.fromordinal(first_day)
    profits = stored.event_profits(session, compared.begun, begun, compared.last_day)
    found: dict[int, Contributions] = {}
    for portfolio_id in compared.begun:
        row = series.row_of(portfolio_id)
        cents = float(series.equity[row, : series.lengths[row]].mean())
        found[portfolio_id] = comparison.event_contributions(
            profits.get(portfolio_id, {}), Decimal(cents) / 100
        )
    return found
