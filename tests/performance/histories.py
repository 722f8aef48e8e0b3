"""Histories of portfolios to measure: by hand, at random, and from recorded prices."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from prescient.core.performance.metrics import Performance, performance
from prescient.core.performance.series import DailySeries, EquityPoint, EquityPoints, daily_series
from prescient.core.performance.trading import ClosedPosition, ClosedPositions, TradedSums
from tests.polymarket.recorded import FOLDER

FIRST_DAY = date(2026, 1, 1)
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
RISK_FREE = 0.0001


def at_day(number: int, hour: int = 12) -> datetime:
    return MIDNIGHT + timedelta(days=number, hours=hour)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def of_days(equity: Sequence[int | float | str], portfolio_id: int = 1) -> list[EquityPoint]:
    """A point at noon of each day."""
    return [
        EquityPoint(portfolio_id, at_day(number), Decimal(str(dollars)))
        for number, dollars in enumerate(equity)
    ]


def series(points: Sequence[EquityPoint], last: int | None = None) -> DailySeries:
    """The daily series of these points up to day number `last`, else the last with a point."""
    newest = max(point.at.date() for point in points)
    return daily_series(EquityPoints.of(points), newest if last is None else day(last))


def measured(
    points: Sequence[EquityPoint],
    positions: Sequence[ClosedPosition] = (),
    traded: Sequence[TradedSums] = (),
    *,
    last: int | None = None,
) -> list[Performance]:
    """The metrics of every portfolio that has a point."""
    return performance(series(points, last), ClosedPositions.of(positions), traded, RISK_FREE)


def random_walks(count: int, seed: int) -> Iterator[list[Decimal]]:
    """Equity in dollars of `count` portfolios over 30 to 400 days, calm and wild ones."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        days = int(random.integers(30, 400))
        growth = 1 + random.normal(0.0005, random.choice([0.001, 0.01, 0.05]), days)
        equity = 1_000_000 * np.cumprod(np.maximum(growth, 0.2))
        yield [Decimal(10_000), *(Decimal(int(cents) + 100).scaleb(-2) for cents in equity)]


def recorded_walks() -> Iterator[list[Decimal]]:
    """Equity of $10,000 in a share of each recorded contract that has 31 daily prices or more."""
    prices: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    with gzip.open(FOLDER / "history/prices_daily.csv.gz", "rt", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            own = prices[row["market_id"], row["outcome"]]
            own[row["timestamp"][:10]] = Decimal(row["price"])
    for own in prices.values():
        walk = [own[on] * 10_000 for on in sorted(own)]
        if len(walk) > 30 and min(walk) > 0:
            yield [dollars.quantize(Decimal("0.01")) for dollars in walk]
