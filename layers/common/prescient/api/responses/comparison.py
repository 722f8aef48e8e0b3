"""What clients get where portfolios are compared or judged. Returns are fractions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import TableAnswer
from prescient.api.responses.values import Money, Probability


class Interval(FromAttributes):
    """A mean daily return with its 95% interval, and how probable it is that it is above zero."""

    mean: float
    low: float
    high: float
    p_value: Probability
    above_zero: Probability


class Likeness(FromAttributes):
    """The correlation of daily returns, −1 to 1, with its 95% interval."""

    days: int
    value: float
    low: float
    high: float


class ComparedPair(FromAttributes):
    """The first portfolio's daily returns less the second's, over the `days` that both have.

    `told` is the wider of the intervals by days and by events, as `unit` says. `detectable` is the
    smallest difference that these days could show, `more_days` how many more would tell this one,
    null where ten years would not. There is no interval where the difference varies on too few
    days, or in too few events (`no_deviation`). Where more than two are compared only likeness is
    shown, since one of many pairs differs by luck, but for a twin beside its original
    (`is_of_twins`, `twin_key`): those were made to be compared. `in_common` is the share of
    positions that both held.
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


class Capacity(FromAttributes):
    """How much larger the purchases of all together could be until the books no longer fill them.

    At `multiple` times their size the books fill 95% of them: `dollars` of an outcome in a cycle on
    average. `filled_now` is what part they fill as it is; `purchases` is of how many outcomes in a
    cycle this is found, the newest ones whose books are still known.
    """

    purchases: int
    multiple: float
    dollars: Money
    filled_now: Probability


class ComparedPortfolio(FromAttributes):
    """A portfolio beside the benchmark; `adjusted_p` and the deflated ratio count all trials.

    Both are null with fewer than 30 days, and where returns vary on too few of them.
    """

    portfolio_id: int
    name: str
    days: int
    return_all_time: float
    advantage: float | None
    adjusted_p: float | None
    deflated_sharpe_ratio: float | None


class ComparedRow(Model):
    """One line of the table: a portfolio beside another, first each beside the benchmark.

    `difference` is the mean daily return less the other's. Beside the benchmark it has the
    `adjusted_p` and the deflated Sharpe ratio, which count all trials; two that are compared by
    themselves have the told interval, of all others only their likeness is known.
    """

    portfolio_id: int
    name: str
    beside_id: int | None
    beside: str | None
    days: int
    return_all_time: float
    difference: float | None
    low: float | None = None
    high: float | None = None
    above_zero: Probability | None = None
    verdict: str | None = None
    more_days: int | None = None
    adjusted_p: float | None = None
    deflated_sharpe_ratio: float | None = None
    correlation: float | None = None
    in_common: float | None = None


class ComparisonAnswer(TableAnswer):
    """Portfolios side by side, up to the end of `last_day`.

    The benchmark is the first portfolio that buys at random; `trials` are all portfolios that have
    a Sharpe ratio. `capacity` is null where none bought out of an order book that is still known.
    """

    message: str = "Portfolios compared"
    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    trials: int
    capacity: Capacity | None
    portfolios: list[ComparedPortfolio]
    pairs: list[ComparedPair]

    @classmethod
    def row(cls) -> type[ComparedRow]:
        return ComparedRow

    def rows(self) -> list[ComparedRow]:
        return [*map(self._beside_benchmark, self.portfolios), *map(self._of_pair, self.pairs)]

    def _beside_benchmark(self, own: ComparedPortfolio) -> ComparedRow:
        names = {known.portfolio_id: known.name for known in self.portfolios}
        is_other = own.portfolio_id != self.benchmark_id
        return ComparedRow(
            portfolio_id=own.portfolio_id,
            name=own.name,
            beside_id=self.benchmark_id if is_other else None,
            beside=names.get(self.benchmark_id or 0) if is_other else None,
            days=own.days,
            return_all_time=own.return_all_time,
            difference=own.advantage,
            adjusted_p=own.adjusted_p,
            deflated_sharpe_ratio=own.deflated_sharpe_ratio,
        )

    def _of_pair(self, pair: ComparedPair) -> ComparedRow:
        known = {own.portfolio_id: own for own in self.portfolios}
        first, told = known[pair.first_id], pair.told
        return ComparedRow(
            portfolio_id=pair.first_id,
            name=first.name,
            beside_id=pair.second_id,
            beside=known[pair.second_id].name,
            days=pair.days,
            return_all_time=first.return_all_time,
            difference=told and told.mean,
            low=told and told.low,
            high=told and told.high,
            above_zero=told and told.above_zero,
            verdict=pair.verdict,
            more_days=pair.more_days,
            correlation=pair.correlation and pair.correlation.value,
            in_common=pair.in_common,
        )


class ScorecardPoint(FromAttributes):
    """One point: `green` speaks for the portfolio, `red` against it, `grey` cannot be said yet."""

    subject: str
    colour: Literal["green", "grey", "red"]
    number: float | None
    says: str


class ScorecardAnswer(FromAttributes):
    """Whether a portfolio is worth real money, as of the end of `last_day` (UTC).

    `benchmark_id` is the portfolio that buys at random, null where there is none.
    """

    message: str = "Portfolio judged"
    portfolio_id: int
    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    sentence: str
    points: list[ScorecardPoint]
