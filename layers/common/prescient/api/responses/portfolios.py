"""What clients see of portfolios and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from prescient.api.responses.positions import SharesLeft, SharesSold
from prescient.api.responses.values import Money, Percent, Price, Shares
from prescient.core.portfolio.closing import Liquidation
from prescient.core.portfolio.guards import Alert, alert
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.portfolio.positions import Action, PositionStatus
from prescient.store.portfolios import PortfolioRow
from prescient.store.positions import PositionRow


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
