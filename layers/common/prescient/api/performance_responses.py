"""What clients get of performance. Returns, drawdowns and rates are fractions: 0.01 is 1%."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from prescient.api.responses import Money, Price
from prescient.core.portfolio.portfolios import PortfolioId


class EquityPoint(BaseModel):
    """What a portfolio was worth at a moment.

    `flow` is what had just come in, negative where it left; `equity` counts it. Two points of one
    moment stand before and after a flow, in the order of the ledger's `entry_no`.
    """

    model_config = ConfigDict(from_attributes=True)

    timestamp: datetime
    entry_no: int
    balance: Money
    total_invested: Money
    total_profit_loss: Money
    equity: Money
    equity_at_bid: Money
    open_positions: int
    flow: Money


class EquityAnswer(BaseModel):
    """A page of points, newest first; `next` is where the older ones are, null at the end."""

    message: str
    points: list[EquityPoint]
    next: str | None


class HistoryDay(BaseModel):
    """The last point of a (UTC) day; a `timestamp` of an earlier day was carried forward.

    Of the older system (`origin` `v1`) it is what that claimed: `total_value` counted no invested
    cash.
    """

    model_config = ConfigDict(from_attributes=True)

    snapshot_date: date
    timestamp: datetime
    balance: Money
    total_invested: Money
    total_profit_loss: Money
    total_value: Money
    open_positions: int
    trade_count: int
    origin: str


class HistoryAnswer(BaseModel):
    """A page of days, newest first; `next` is where the older ones are, null at the end."""

    message: str
    days: list[HistoryDay]
    next: str | None


class NoValue(BaseModel):
    """Why a metric is null."""

    code: str
    message: str


class Metrics(BaseModel):
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


class Decile(BaseModel):
    """What came true of the probabilities within a tenth, with its 95% Wilson interval."""

    low: float
    forecasts: int
    mean_probability: Annotated[float, Field(ge=0, le=1)]
    won: Annotated[float, Field(ge=0, le=1)]
    won_low: Annotated[float, Field(ge=0, le=1)]
    won_high: Annotated[float, Field(ge=0, le=1)]


class Scores(BaseModel):
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


class Edge(BaseModel):
    """The mean Brier score of the prices less that of the probabilities, with its 95% interval."""

    mean: float
    low: float
    high: float


class Calibration(BaseModel):
    """The probabilities of executed signals whose markets resolved, beside the prices paid.

    `edge` above 0 means that the strategy knew more than the price; null with one event or none.
    """

    probabilities: Scores
    prices: Scores
    events: int
    edge: Edge | None


class Part(BaseModel):
    """P&L of one market, event, tag, strategy, exit kind or evidence."""

    key: str
    pnl: Money


class Attribution(BaseModel):
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


class PerformanceAnswer(BaseModel):
    """How a portfolio did, as of `calculated_at`; all is null before it was measured once."""

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


class Interval(BaseModel):
    """A mean daily return with its 95% interval, and how probable it is that it is above zero."""

    model_config = ConfigDict(from_attributes=True)

    mean: float
    low: float
    high: float
    p_value: Price
    above_zero: Price


class Likeness(BaseModel):
    """The correlation of daily returns, −1 to 1, with its 95% interval."""

    model_config = ConfigDict(from_attributes=True)

    days: int
    value: float
    low: float
    high: float


class ComparedPair(BaseModel):
    """The first portfolio's daily returns less the second's, over the `days` that both have.

    `told` is the wider of the intervals by days and by events, as `unit` says. `detectable` is the
    smallest difference that these days could show, `more_days` how many more would tell this one,
    null where ten years would not. Where more than two are compared only likeness is shown, since
    one of many pairs differs by luck. `in_common` is the share of positions that both held.
    """

    model_config = ConfigDict(from_attributes=True)

    first_id: int
    second_id: int
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


class ComparedPortfolio(BaseModel):
    """A portfolio beside the benchmark; `adjusted_p` and the deflated ratio count all trials."""

    model_config = ConfigDict(from_attributes=True)

    portfolio_id: int
    name: str
    days: int
    return_all_time: float
    advantage: float | None
    adjusted_p: float | None
    deflated_sharpe_ratio: float | None


class ComparisonAnswer(BaseModel):
    """Portfolios side by side, up to the end of `last_day`.

    The benchmark is the first portfolio that buys at random; `trials` are all portfolios that have
    a Sharpe ratio.
    """

    model_config = ConfigDict(from_attributes=True)

    message: str = "Portfolios compared"
    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    trials: int
    portfolios: list[ComparedPortfolio]
    pairs: list[ComparedPair]


class ScorecardPoint(BaseModel):
    """One point: `green` speaks for the portfolio, `red` against it, `grey` cannot be said yet."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    colour: Literal["green", "grey", "red"]
    number: float | None
    says: str


class ScorecardAnswer(BaseModel):
    """Whether a portfolio is worth real money, as of the end of `last_day` (UTC).

    `benchmark_id` is the portfolio that buys at random, null where there is none.
    """

    model_config = ConfigDict(from_attributes=True)

    message: str = "Portfolio judged"
    portfolio_id: int
    calculated_at: datetime
    last_day: date
    benchmark_id: int | None
    sentence: str
    points: list[ScorecardPoint]
