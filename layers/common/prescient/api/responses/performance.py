"""What clients get of performance. Returns, drawdowns and rates are fractions: 0.01 is 1%."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field

from prescient.api.models import Model
from prescient.api.responses.pages import TableAnswer
from prescient.api.responses.values import Money
from prescient.core.portfolio.portfolios import PortfolioId


class NoValue(Model):
    """Why a metric is null."""

    code: str
    message: str


class Metrics(Model):
    """The metrics of a portfolio; what is null has its reason in `reasons`, by its name.

    Ratios, volatility, turnover and annual return are a year's. Money is dollars, `avg_loss`
    positive. Drawdowns are of the time-weighted index, which no flow moves.
    """

    days: int
    last_day: date
    return_1d: float | None
    return_7d: float | None
    return_30d: float | None
    return_all_time: float
    annual_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    max_drawdown: float | None
    max_drawdown_amount: Money | None
    max_drawdown_peak_on: date | None
    max_drawdown_trough_on: date | None
    max_drawdown_recovered_on: date | None
    days_under_water: int | None
    present_drawdown: float
    days_since_peak: int
    win_rate: float | None
    avg_win: float | None
    avg_loss: float | None
    expectancy: float | None
    profit_factor: float | None
    closed_positions: int
    max_consecutive_wins: int
    max_consecutive_losses: int
    current_run: Annotated[int, Field(description="Wins in a row; negative: losses")]
    average_holding_seconds: float | None
    turnover: float | None
    exposure: float | None
    fees: Money
    slippage: Money
    reasons: dict[str, NoValue]


class Decile(Model):
    """What came true of the probabilities within a tenth, with its 95% Wilson interval."""

    low: float
    forecasts: int
    mean_probability: Annotated[float, Field(ge=0, le=1)]
    won: Annotated[float, Field(ge=0, le=1)]
    won_low: Annotated[float, Field(ge=0, le=1)]
    won_high: Annotated[float, Field(ge=0, le=1)]


class Scores(Model):
    """How good probabilities were: each score is better the lower it is.

    brier = reliability − resolution + uncertainty + within_deciles.
    """

    count: int
    brier: float
    log: float
    reliability: float
    resolution: float
    uncertainty: float
    within_deciles: float
    deciles: list[Decile]


class Edge(Model):
    """The mean Brier score of the prices less that of the probabilities, with its 95% interval."""

    mean: float
    low: float
    high: float


class Calibration(Model):
    """The probabilities of executed signals whose markets resolved, beside the prices paid.

    `edge` above 0 means that the strategy knew more than the price; null with one event or none.
    """

    probabilities: Scores
    prices: Scores
    events: int
    edge: Edge | None


class Part(Model):
    """P&L of one market, event, tag, strategy, exit kind or evidence.

    `name` is the question of a market and the title of an event, null for the other views.
    """

    key: str
    name: str | None = None
    pnl: Money


class Attribution(Model):
    """Where the P&L came from. The parts of each view, and its `rest`, add up to `total`.

    `views` are `market`, `event`, `tag`, `strategy`, `exit_kind` (`open` is what is held) and
    `evidence`, each with its 50 largest parts. `share_without_book` is the part of the profit that
    rests on fills without a book, null without a profit.
    """

    total: Money
    without_book: Money
    share_without_book: float | None
    views: dict[str, list[Part]]
    rest: dict[str, Money]


class MetricRow(Model):
    """A metric as a line of a table; `reason` is why it has no value."""

    metric: str
    value: Money | float | date | None
    reason: str | None


class PerformanceAnswer(TableAnswer):
    """How a portfolio did, as of `calculated_at`; all is null before it was measured once.

    The table has its metrics, a line each.
    """

    message: str
    portfolio_id: int
    calculated_at: datetime | None
    metrics: Metrics | None
    calibration: Calibration | None
    attribution: Attribution | None

    @classmethod
    def of(cls, portfolio_id: PortfolioId, row: Mapping[str, Any] | None) -> Self:
        measured = row if row and row["attribution"] is not None else None
        return cls(
            message="Performance retrieved" if measured else "The portfolio is not measured yet",
            portfolio_id=portfolio_id,
            calculated_at=measured and measured["calculated_at"],
            metrics=measured and Metrics.model_validate(measured),
            calibration=measured and measured["calibration"],
            attribution=measured and measured["attribution"],
        )

    @classmethod
    def row(cls) -> type[MetricRow]:
        return MetricRow

    def rows(self) -> list[MetricRow]:
        if self.metrics is None:
            return []
        reasons = self.metrics.reasons
        return [
            MetricRow.model_construct(
                metric=name,
                value=value,
                reason=reasons[name].message if name in reasons else None,
            )
            for name, value in self.metrics
            if name != "reasons"
        ]
