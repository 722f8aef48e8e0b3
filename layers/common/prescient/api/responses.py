"""What clients get. Money is dollars with two decimals, prices are probabilities 0–1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

from prescient.core.market.fills import Evidence
from prescient.core.money import CENT, SHARE_STEP
from prescient.core.portfolio.closing import Liquidation
from prescient.core.portfolio.configurations import ABSENT, Difference
from prescient.core.portfolio.guards import Alert, Reset, alert
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.portfolio.positions import Action, Exit, PositionStatus
from prescient.core.portfolio.targets import Targets
from prescient.store.portfolios import PortfolioRow, PositionRow

Money = Annotated[
    Decimal,
    AfterValidator(lambda dollars: dollars.quantize(CENT)),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Shares = Annotated[
    Decimal,
    AfterValidator(lambda shares: shares.quantize(SHARE_STEP)),
    WithJsonSchema({"type": "number", "multipleOf": 0.01}),
]
Percent = Annotated[
    Decimal,
    AfterValidator(lambda percent: percent.quantize(CENT)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01}),
]
Price = Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]


class Detail(BaseModel):
    """One broken rule."""

    field: str
    rule: str

    @classmethod
    def of(cls, problem: str) -> Self:
        """From `field: rule`."""
        field, _, rule = problem.partition(": ")
        return cls(field=field, rule=rule)


class ErrorBody(BaseModel):
    """`code` is for programs, `message` for people; `details` name each field and its rule."""

    code: str
    message: str
    details: list[Detail] = []
    request_id: str


class NewestBatch(BaseModel):
    """The newest complete fetch of the exchange; `age_seconds` is by the system's clock."""

    batch_id: int
    completed_at: datetime
    age_seconds: int


class HealthStatus(StrEnum):
    """`starting` until price updates and cycles have ended once; `late` when either is overdue."""

    OK = "ok"
    STARTING = "starting"
    LATE = "late"


class RegularWork(BaseModel):
    """When work that is done at intervals last ended well; null before the first time.

    It `is_late` once its end, or before the first time the oldest portfolio, is more than
    `late_after_seconds` old.
    """

    ended_at: datetime | None
    age_seconds: int | None
    late_after_seconds: int
    is_late: bool


class Health(BaseModel):
    """`clock` is the system's time, which in a simulation is the exchange's."""

    status: HealthStatus
    schema_version: str
    clock: datetime
    newest_batch: NewestBatch | None
    price_update: RegularWork
    cycle: RegularWork


class PortfolioCreated(BaseModel):
    portfolio_id: int
    message: str


class PortfolioDeleted(BaseModel):
    portfolio_id: int
    message: str


class PortfolioListed(BaseModel):
    """A portfolio in a list. `total_value` is its equity.

    `twin_of` is the portfolio that it began as a copy of, which may be deleted by now.
    """

    model_config = ConfigDict(from_attributes=True)

    portfolio_id: int
    name: str
    strategy_type: str
    status: PortfolioStatus
    current_balance: Money
    total_invested: Money
    realized_pnl: Money
    unrealized_pnl: Money
    total_profit_loss: Money
    total_value: Money
    trade_count: int
    open_positions: int
    tags: list[str]
    twin_of: int | None
    last_updated: datetime


class Position(BaseModel):
    """A position; `shares` and `cost_basis` are what is still held of it.

    A bid at or beyond `stop_loss_bid` or `take_profit_bid` closes it. `mark_price` and
    `current_pnl` are null before the market's first price. `flag` says why it cannot settle.
    """

    model_config = ConfigDict(from_attributes=True)

    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    action: Action
    amount: Money
    fee: Money
    shares: Shares | None
    cost_basis: Money
    entry_price: Price
    entry_timestamp: datetime
    status: PositionStatus
    mark_price: Price | None
    current_pnl: Money | None
    realized_pnl: Money
    stop_loss_bid: Price | None
    take_profit_bid: Price | None
    flag: str | None
    exit_price: Price | None
    exit_timestamp: datetime | None


class Drawdown(BaseModel):
    """How far a portfolio is below its peak since `peak_since`, and how near to its guard.

    `amount` is of P&L, `percent` of the time-weighted index: deposits, withdrawals and transfers
    count in neither. `warned_at` is when four fifths of a limit were reached, null while they are
    not.
    """

    amount: Money
    percent: Percent
    limit: Money | None
    limit_percent: Percent | None
    alert: Alert
    peak_since: datetime
    warned_at: datetime | None

    @classmethod
    def of(cls, row: PortfolioRow) -> Self:
        return cls(
            amount=row.standing.drawdown,
            percent=row.standing.drawdown_percent,
            limit=row.drawdown_limit,
            limit_percent=row.drawdown_limit_percent,
            alert=alert(row.guard, row.standing),
            peak_since=row.peak_since,
            warned_at=row.drawdown_warned_at,
        )


class Portfolio(PortfolioListed):
    """A portfolio with its configuration, its limits and its open positions, newest first.

    `valuation_error` is why the newest prices could not be carried into it, null where they could:
    until then its totals are those of the last price update, and nothing of it is settled.
    `twin_key` is the one key in which a twin began to differ, null where in none.
    """

    description: str
    status_reason: str | None
    initial_balance: Money
    strategy_config: Mapping[str, Any]
    config_version: int
    twin_key: str | None
    max_position_size: Money | None
    max_total_exposure: Money | None
    max_positions: int
    total_trades_executed: int
    total_winning_trades: int
    total_losing_trades: int
    avg_trade_pnl: Money
    max_drawdown: Money
    drawdown_limit: Money | None
    drawdown_limit_percent: Percent | None
    drawdown: Drawdown
    last_trade_at: datetime | None
    last_price_update: datetime | None
    valuation_error: str | None
    created_at: datetime
    positions: list[Position] = []

    @classmethod
    def of(cls, row: PortfolioRow) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**values, drawdown=Drawdown.of(row))


class PortfolioSummary(BaseModel):
    total_value: Money
    open_positions: int
    total_invested: Money
    realized_pnl: Money
    unrealized_pnl: Money


class PortfolioAnswer(BaseModel):
    message: str
    portfolio: Portfolio
    summary: PortfolioSummary
    timestamp: datetime

    @classmethod
    def of(
        cls, row: PortfolioRow, positions: Sequence[PositionRow], message: str, now: datetime
    ) -> Self:
        portfolio = Portfolio.of(row)
        portfolio.positions = [Position.model_validate(position) for position in positions]
        summary = PortfolioSummary.model_validate(portfolio.model_dump())
        return cls(message=message, portfolio=portfolio, summary=summary, timestamp=now)


class PortfoliosSummary(BaseModel):
    total_portfolios: int
    active_portfolios: int
    total_value_all_portfolios: Money
    total_positions_all_portfolios: int


class PortfoliosAnswer(BaseModel):
    """All portfolios that are not archived, by id."""

    message: str
    portfolios: list[PortfolioListed]
    summary: PortfoliosSummary
    timestamp: datetime

    @classmethod
    def of(cls, rows: Sequence[PortfolioRow], now: datetime) -> Self:
        summary = PortfoliosSummary(
            total_portfolios=len(rows),
            active_portfolios=sum(row.status is PortfolioStatus.ACTIVE for row in rows),
            total_value_all_portfolios=sum((row.total_value for row in rows), Decimal(0)),
            total_positions_all_portfolios=sum(row.open_positions for row in rows),
        )
        return cls(
            message="All portfolios retrieved",
            portfolios=[PortfolioListed.model_validate(row) for row in rows],
            summary=summary,
            timestamp=now,
        )


class SharesSold(BaseModel):
    """What a sale by hand brought; `realized_pnl` has the fees of both sides.

    `quoted_at` is when the bids were shown that it took, `evidence` whether by a book or by the
    best bid alone.
    """

    position_id: int
    shares: Shares
    shares_left: Shares
    price: Price
    evidence: Evidence
    quoted_at: datetime
    proceeds: Money
    fee: Money
    realized_pnl: Money

    @classmethod
    def of(cls, made: Exit) -> Self:
        return cls.model_validate(_sale(made))


class PositionClosed(SharesSold):
    """A sale by hand. Shares that nobody bids for stay held."""

    message: str

    @classmethod
    def of(cls, made: Exit) -> Self:
        message = "Shares sold" if made.shares_left else "Position closed"
        return cls.model_validate({"message": message, **_sale(made)})


class PositionWrittenOff(BaseModel):
    """A position that was given up; `realized_pnl` is what it had cost, as a loss.

    `shares` are null where they were unknown.
    """

    message: str
    position_id: int
    shares: Shares | None
    realized_pnl: Money
    reason: str

    @classmethod
    def of(cls, made: Exit, reason: str) -> Self:
        return cls(
            message="Position written off",
            position_id=made.holding.position_id,
            shares=made.shares or None,
            realized_pnl=made.realized_pnl,
            reason=reason,
        )


class SharesLeft(BaseModel):
    """Shares that could not be sold, null where they are unknown, and why."""

    model_config = ConfigDict(from_attributes=True)

    position_id: int
    shares: Shares | None
    obstacle: str


class LiquidationResult(BaseModel):
    """What was sold, and what is left; `archived` once nothing is."""

    archived: bool
    sold: list[SharesSold]
    left: list[SharesLeft]

    @classmethod
    def of(cls, done: Liquidation) -> Self:
        return cls(
            archived=not done.left,
            sold=[SharesSold.of(made) for made in done.sold],
            left=[SharesLeft.model_validate(left) for left in done.left],
        )


class PortfolioUpdated(PortfolioAnswer):
    """The portfolio after the change; `liquidation` is null where none was asked for."""

    liquidation: LiquidationResult | None = None


class PausedAll(BaseModel):
    """A pause of all: `portfolios` were active, and `pause_id` names the act that undoes it."""

    message: str
    pause_id: int
    portfolios: int


class LeftPaused(BaseModel):
    """A portfolio that its own guard would pause again at once."""

    model_config = ConfigDict(from_attributes=True)

    portfolio_id: int
    obstacle: str


class ReactivatedAll(BaseModel):
    """How many portfolios trade again, and how many do not, with the first 100 of these.

    `pause_id` is null where no portfolio was held by a pause of all.
    """

    model_config = ConfigDict(from_attributes=True)

    message: str = "Portfolios reactivated"
    pause_id: int | None
    portfolios: int
    left: int
    first_left: list[LeftPaused]


class StatusChange(BaseModel):
    """A change of status. `ordered_by` is null where a guard made it."""

    model_config = ConfigDict(from_attributes=True)

    change_id: int
    changed_at: datetime
    from_status: PortfolioStatus
    to_status: PortfolioStatus
    reason: str | None
    ordered_by: str | None
    resets: Reset | None
    pause_id: int | None


class StatusChangesAnswer(BaseModel):
    """A page of a portfolio's changes of status, newest first; `next` is the URL of the next."""

    message: str
    changes: list[StatusChange]
    next: str | None


class Pause(BaseModel):
    """An act that paused so many `portfolios` at once."""

    model_config = ConfigDict(from_attributes=True)

    pause_id: int
    paused_at: datetime
    ordered_by: str | None
    reason: str
    portfolios: int


class PausesAnswer(BaseModel):
    """A page of pauses of all, newest first; `next` is the URL of the next."""

    message: str
    pauses: list[Pause]
    next: str | None


class TwinCreated(PortfolioCreated):
    """A twin: whose, and the one key in which it differs, null where in none."""

    twin_of: int
    twin_key: str | None


class ConfigurationVersion(BaseModel):
    """A version of a portfolio's configuration and limits.

    `from_version` is the one before it, `restored_version` the one whose content it brought back.
    `ordered_by` is null where it was not noted. Where `limits_kept` is false, the limits are not
    known, rather than none.
    """

    model_config = ConfigDict(from_attributes=True)

    version: int
    created_at: datetime
    ordered_by: str | None
    reason: str | None
    from_version: int | None
    restored_version: int | None
    strategy_type: str
    strategy_config: Mapping[str, Any]
    limits_kept: bool
    max_position_size: Money | None
    max_total_exposure: Money | None
    max_positions: int | None
    drawdown_limit: Money | None
    drawdown_limit_percent: Percent | None


class ConfigurationsAnswer(BaseModel):
    """A page of versions, newest first; `next` is the URL of the next."""

    message: str
    configurations: list[ConfigurationVersion]
    next: str | None


class ConfigurationDifference(BaseModel):
    """A key with its two values, null where the version does not name the key."""

    key: str
    before: Any
    after: Any
    is_named_before: bool
    is_named_after: bool

    @classmethod
    def of(cls, found: Difference) -> Self:
        is_before, is_after = found.before is not ABSENT, found.after is not ABSENT
        return cls(
            key=found.key,
            before=found.before if is_before else None,
            after=found.after if is_after else None,
            is_named_before=is_before,
            is_named_after=is_after,
        )


class ConfigurationsCompared(BaseModel):
    """Where two versions differ, key by key. Limits that one of them lacks are not compared."""

    message: str
    from_version: int
    to_version: int
    limits_compared: bool
    differences: list[ConfigurationDifference]


class Balance(BaseModel):
    """A portfolio's cash."""

    portfolio_id: int
    current_balance: Money


class CashMoved(BaseModel):
    """The cash of each portfolio that the request named, after it."""

    message: str
    balances: list[Balance]


class PlannedTransfer(BaseModel):
    """Dollars from one portfolio to another."""

    model_config = ConfigDict(from_attributes=True)

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Money


class PlaceOfPortfolio(BaseModel):
    """Where a portfolio stood beside its target; drift and threshold are parts of all equity."""

    model_config = ConfigDict(from_attributes=True)

    portfolio_id: int
    equity: Money
    target: Money
    drift: float
    threshold: float
    has_drifted: bool


class Rebalanced(BaseModel):
    """What was moved or, in a dry run, what would be.

    `held_back` are dollars that stay because of `only_significant`: the portfolios cannot be told
    apart, or were not compared within two days. `places` are the 100 of `portfolios` that drifted
    the farthest, `transfers` the first 100 of `transfer_count`.
    """

    model_config = ConfigDict(from_attributes=True)

    message: str
    dry_run: bool
    targets: Targets
    only_significant: bool
    portfolios: int
    places: list[PlaceOfPortfolio]
    transfer_count: int
    transfers: list[PlannedTransfer]
    held_back: Money


class BrokenInvariant(BaseModel):
    """A row that breaks an invariant of the accounting: what it says and what it should say."""

    rule: str
    subject: str
    found: str
    expected: str


class UncheckedRows(BaseModel):
    """How many rows a rule could not be held against, and why: their tape is gone, for one."""

    rule: str
    reason: str
    rows: int


class Reconciliation(BaseModel):
    """Whether every number agrees; at most the first 100 rows that do not.

    `notes` count the rows of which nothing is left to check them with.
    """

    message: str
    reconciled: bool
    breaks: list[BrokenInvariant]
    notes: list[UncheckedRows]


def _sale(made: Exit) -> dict[str, object]:
    return {
        "position_id": made.holding.position_id,
        "shares": made.shares,
        "shares_left": made.shares_left,
        "price": made.price,
        "evidence": made.evidence,
        "quoted_at": made.by_hand and made.by_hand.quoted_at,
        "proceeds": made.proceeds,
        "fee": made.fee,
        "realized_pnl": made.realized_pnl,
    }
