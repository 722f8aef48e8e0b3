"""The result of a comparison of portfolios, without numpy types so that reading needs no numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean daily return, a fraction (0.001 is 0.1%), with its 95% interval.

    `above_zero` is the probability 0–1 that the true mean is above zero; `p_value` is of the
    hypothesis that it is zero.
    """

    mean: float
    low: float
    high: float
    p_value: float
    above_zero: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The correlation of daily returns over `days`, −1 to 1, with its 95% interval."""

    days: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPair:
    """The first portfolio beside the second, over the `days` that both have.

    `told` is the wider of the intervals by days and by events, and `unit` says which. `detectable`
    is the smallest difference that these days could show; `more_days` is how many more days would
    show a difference like this one. All four and the verdict are None where more than two
    portfolios are compared and the pair is not a twin and its original: then only the figures that
    count all trials are shown. `twin_key` is the key in which a twin began to differ from its
    original. `in_common` is the part, 0–1, of positions that both held.
    """

    first_id: int
    second_id: int
    is_of_twins: bool
    twin_key: str | None
    days: int
    last_day: date | None
    sentence: str | None
    verdict: str | None
    unit: str | None
    told: Interval | None
    by_days: Interval | None
    by_events: Interval | None
    detectable: float | None
    more_days: int | None
    correlation: Likeness | None
    in_common: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How large the purchases of all portfolios can be until the books no longer fill them.

    At `multiple` times their size the books fill 95% of the dollars: on average `dollars` of one
    outcome in one cycle. `filled_now` is the part, 0–1, that they fill at the size of today.
    `purchases` is how many purchases, each of one outcome in one cycle, this was found from.
    """

    purchases: int
    multiple: float
    dollars: Decimal
    filled_now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPortfolio:
    """A portfolio beside the benchmark, all trials counted.

    `advantage` is its mean daily return less the benchmark's, a fraction; `adjusted_p` the
    step-down p-value of "it is not better". `deflated_sharpe_ratio` is the probability 0–1 that its
    Sharpe ratio is above what the best of all portfolios shows by luck. All three are None with
    fewer than 30 days; the first two also where there is no benchmark.
    """

    portfolio_id: int
    name: str
    days: int
    return_all_time: float
    advantage: float | None
    adjusted_p: float | None
    deflated_sharpe_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Portfolios side by side up to the end of `last_day` (UTC).

    `trials` is how many portfolios were ever tried. `capacity` is that of all compared portfolios
    together, None where none bought from a book that is still stored.
    """

    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    trials: int
    capacity: Capacity | None
    portfolios: Sequence[ComparedPortfolio]
    pairs: Sequence[ComparedPair]


class Compare(Protocol):
    """Compares portfolios."""

    def __call__(
        self, database: Database, portfolio_ids: Sequence[PortfolioId], now: datetime
    ) -> Comparison:
        """Compare at least two; raises `PortfolioNotFound`."""
        ...
