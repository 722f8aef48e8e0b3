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
from prescient.core.market.fills import highest_price, offers_in_reach
from prescient.core.money import ZERO
from prescient.core.performance import likeness, ranking
from prescient.core.performance.comparison import Difference
from prescient.core.performance.estimates import Estimate
from prescient.core.performance.figures import DAYS_A_YEAR
from prescient.core.performance.returns import growth_index
from prescient.core.performance.series import DailySeries, daily_series
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import performance as stored
from prescient.store.books import levels
from prescient.store.database import Database, Session
from prescient.store.performance import ComparedRow, PurchaseRow
from prescient.usecases.support.comparing import (
    Capacity,
    ComparedPair,
    ComparedPortfolio,
    Comparison,
    Interval,
    Likeness,
)
from prescient.usecases.support.differences import differences
from prescient.usecases.support.measured import equity_points

MOST_PURCHASES = 1_000
"""How many of the newest purchases the capacity is found from; each is an outcome in a cycle."""
_PAIR = 2


def between(
    session: Session, first: PortfolioId, second: PortfolioId, last_day: date
) -> Difference | None:
    """The first portfolio beside the second, by days and events; None before they have begun."""
    compared = Compared.read(session, [first, second], last_day)
    if {first, second} - {*compared.begun}:
        return None
    [found] = differences(session, compared.series, [(first, second)])
    return found


def compare(database: Database, portfolio_ids: Sequence[PortfolioId], now: datetime) -> Comparison:
    """Compare at least two portfolios; raises `PortfolioNotFound`."""
    last_day = now.astimezone(UTC).date() - timedelta(days=1)
    with database.snapshot() as session:
        compared = Compared.read(session, portfolio_ids, last_day)
        pairs = list(_pairs(session, compared))
        capacity = _capacity(session, compared)
    return Comparison(
        calculated_at=now,
        last_day=last_day,
        benchmark_id=compared.benchmark_id,
        trials=len(compared.trials),
        capacity=capacity,
        portfolios=list(_portfolios(compared)),
        pairs=pairs,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared; portfolios that began today have no day yet, and are in no series."""

    rows: dict[PortfolioId, ComparedRow]
    series: DailySeries
    benchmark_id: PortfolioId | None
    trials: list[float]
    last_day: date

    @classmethod
    def read(
        cls, session: Session, portfolio_ids: Sequence[PortfolioId], last_day: date
    ) -> Compared:
        found = {row.portfolio_id: row for row in stored.compared(session, portfolio_ids)}
        for portfolio_id in portfolio_ids:
            if portfolio_id not in found:
                raise PortfolioNotFound(portfolio_id)
        benchmark = stored.benchmark(session)
        wanted = {*portfolio_ids, *([] if benchmark is None else [benchmark])}
        points = equity_points(stored.series(session, sorted(wanted), last_day))
        daily = [ratio / math.sqrt(DAYS_A_YEAR) for ratio in stored.sharpe_ratios(session)]
        rows = {portfolio_id: found[portfolio_id] for portfolio_id in portfolio_ids}
        return cls(rows, daily_series(points, last_day), benchmark, daily, last_day)

    @property
    def begun(self) -> list[PortfolioId]:
        known = set(self.series.portfolio_ids.tolist())
        return [portfolio_id for portfolio_id in self.rows if portfolio_id in known]

    def twin(self, pair: tuple[int, int]) -> ComparedRow | None:
        """Return the portfolio of the pair that is the twin of the other; None if neither is."""
        for portfolio_id, original_id in (pair, pair[::-1]):
            row = self.rows[PortfolioId(portfolio_id)]
            if row.twin_of == original_id:
                return row
        return None


def _portfolios(compared: Compared) -> Iterator[ComparedPortfolio]:
    series, advantages = compared.series, _advantages(compared)
    growth = dict(zip(series.portfolio_ids.tolist(), growth_index(series).last - 1.0, strict=True))
    for portfolio_id, row in compared.rows.items():
        has_begun = portfolio_id in growth
        advantage = advantages.get(portfolio_id)
        returns = series.returns_of(portfolio_id) if has_begun else None
        yield ComparedPortfolio(
            portfolio_id=portfolio_id,
            name=row.name,
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
    """Yield every pair; where more than two are compared, only twins have their own interval."""
    sides = stored.held_sides(session, compared.begun)
    for first, second in combinations(compared.begun, 2):
        twin = compared.twin((first, second))
        alike = likeness.correlation(compared.series, first, second)
        begun, days = compared.series.common_window((first, second))
        is_told = twin is not None or len(compared.rows) == _PAIR
        yield ComparedPair(
            first_id=first,
            second_id=second,
            is_of_twins=twin is not None,
            twin_key=twin and twin.twin_key,
            days=days,
            last_day=date.fromordinal(begun + days - 1) if days else None,
            correlation=alike and Likeness(**alike._asdict()),
            in_common=likeness.in_common(sides.get(first, set()), sides.get(second, set())),
            **(_told(session, compared, (first, second)) if is_told else _NOT_TOLD),
        )


_NOT_TOLD = dict.fromkeys(
    ("sentence", "verdict", "unit", "told", "by_days", "by_events", "detectable", "more_days")
)


def _told(
    session: Session, compared: Compared, pair: tuple[PortfolioId, PortfolioId]
) -> dict[str, object]:
    [found] = differences(session, compared.series, [pair])
    first, second = (compared.rows[portfolio_id].name for portfolio_id in pair)
    return {
        "sentence": found.sentence(first, second),
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


def _capacity(session: Session, compared: Compared) -> Capacity | None:
    usual = StrategyConfiguration().max_slippage
    made = stored.purchases(session, [*compared.rows], compared.last_day, usual, MOST_PURCHASES)
    found = likeness.capacity(likeness.Demand(row.wanted, _offered(row)) for row in made)
    if found is None:
        return None
    return Capacity(
        purchases=found.purchases,
        multiple=found.multiple,
        dollars=found.dollars,
        filled_now=found.filled_now,
    )


def _offered(row: PurchaseRow) -> Decimal:
    """Dollars that the book holds at prices that the buyers might have paid."""
    limit_price = highest_price(row.target_price, row.max_slippage)
    offered = offers_in_reach(levels(row.asks), ZERO, limit_price).within(limit_price)
    return sum((level.price * level.shares for level in offered), ZERO)
