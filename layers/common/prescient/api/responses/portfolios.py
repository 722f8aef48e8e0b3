"""What clients see of portfolios and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import ConfigDict

from prescient.api.models import Model
from prescient.api.pages import Page
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.positions import Position, SharesLeft, SharesSold
from prescient.api.responses.values import Money, Percent
from prescient.core.accounting.valuation import day_profit, net_flows
from prescient.core.portfolio import room
from prescient.core.portfolio.closing import Liquidation
from prescient.core.portfolio.guards import Alert, alert
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.portfolio.room import InUse, free_room
from prescient.store.portfolio_pages import ListedRow, Sums
from prescient.store.positions import PositionRow


class PortfolioCreated(Model):
    portfolio_id: int
    message: str


class PortfolioDeleted(Model):
    portfolio_id: int
    message: str


class Drawdown(Model):
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


class FreeRoom(Model):
    """What each limit still leaves, in dollars of cost with fees; null where there is no limit.

    `next_position` is what one more position may cost at most, given cash and all limits; a
    strategy's keys may ask for less. `positions` is how many more it may hold, `drawdown` and
    `drawdown_percent` how far it may still fall before its guard pauses it.
    """

    model_config = ConfigDict(from_attributes=True)

    next_position: Money
    total_exposure: Money | None
    positions: int
    drawdown: Money | None
    drawdown_percent: Percent | None


class EventRoom(Model):
    """What `max_event_exposure` leaves in the event that is nearest to it, in dollars of cost.

    `event_id` is null where no event is held: `left` is then the limit.
    """

    model_config = ConfigDict(from_attributes=True)

    event_id: str | None
    event_title: str | None
    left: Money


class PortfolioListed(Model):
    """A portfolio in a list. `total_value` is its equity.

    `net_flows` is what was paid in since the beginning, less what was paid out; `day_pnl` its P&L
    since midnight (UTC), null where no earlier day tells. `twin_of` is the portfolio that it began
    as a copy of, which may be deleted by now.
    """

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
    net_flows: Money
    day_pnl: Money | None
    drawdown: Drawdown
    free_room: FreeRoom
    trade_count: int
    open_positions: int
    tags: list[str]
    twin_of: int | None
    last_updated: datetime

    @classmethod
    def of(cls, row: ListedRow) -> Self:
        return cls.model_validate(_values(row))


class Portfolio(PortfolioListed):
    """A portfolio with its configuration, its limits and its open positions, newest first.

    Where it holds more than 1000, the others are in the list of its positions.
    `valuation_error` is why the newest prices could not be carried into it, null where they could:
    until then its totals are those of the last price update, and nothing of it is settled.
    `twin_key` is the one key in which a twin began to differ, null where in none. `event_room` is
    null where its configuration has no `max_event_exposure`.
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
    event_room: EventRoom | None = None
    last_trade_at: datetime | None
    last_price_update: datetime | None
    valuation_error: str | None
    created_at: datetime
    positions: list[Position] = []  # noqa: RUF012 (pydantic copies it)


class PortfolioSummary(Model):
    model_config = ConfigDict(from_attributes=True)

    total_value: Money
    open_positions: int
    total_invested: Money
    realized_pnl: Money
    unrealized_pnl: Money


class PortfolioAnswer(Model):
    message: str
    portfolio: Portfolio
    summary: PortfolioSummary
    timestamp: datetime

    @classmethod
    def of(
        cls,
        row: ListedRow,
        positions: Sequence[PositionRow],
        left: room.EventRoom | None,
        message: str,
        now: datetime,
    ) -> Self:
        portfolio = Portfolio.of(row)
        portfolio.event_room = None if left is None else EventRoom.model_validate(left)
        portfolio.positions = [Position.of(position, now) for position in positions]
        summary = PortfolioSummary.model_validate(portfolio)
        return cls(message=message, portfolio=portfolio, summary=summary, timestamp=now)


class PortfoliosSummary(Model):
    total_portfolios: int
    active_portfolios: int
    total_value_all_portfolios: Money
    total_positions_all_portfolios: int


class PortfoliosPage(PageAnswer):
    """A page of portfolios, in the order that was asked for."""

    portfolios: list[PortfolioListed]


class PortfoliosAnswer(PortfoliosPage):
    """A page of the portfolios that are not archived, by id, and the sums over all of them."""

    summary: PortfoliosSummary
    timestamp: datetime

    @classmethod
    def of(cls, page: Page[ListedRow], sums: Sums, now: datetime) -> Self:
        summary = PortfoliosSummary(
            total_portfolios=sums.portfolios,
            active_portfolios=sums.active,
            total_value_all_portfolios=sums.total_value,
            total_positions_all_portfolios=sums.open_positions,
        )
        return cls(
            message="All portfolios retrieved",
            portfolios=[PortfolioListed.of(row) for row in page.rows],
            next=page.next,
            summary=summary,
            timestamp=now,
        )


class LiquidationResult(Model):
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


def _values(row: ListedRow) -> dict[str, Any]:
    """What is derived from a row, beside what stands in it."""
    standing, guard = row.standing, row.guard
    used = InUse(row.current_balance, row.total_invested, row.open_positions)
    return {
        **row._asdict(),
        "unrealized_pnl": row.total_profit_loss - row.realized_pnl,
        "net_flows": net_flows(row.initial_balance, row.total_value, row.total_profit_loss),
        "day_pnl": day_profit(
            row.total_profit_loss,
            row.profit_at_midnight,
            began_today=row.created_at.date() >= row.today,
        ),
        "drawdown": {
            "amount": standing.drawdown,
            "percent": standing.drawdown_percent,
            "limit": guard.limit,
            "limit_percent": guard.limit_percent,
            "alert": alert(guard, standing),
            "peak_since": row.peak_since,
            "warned_at": row.drawdown_warned_at,
        },
        "free_room": free_room(row.limits, used, guard, standing),
    }
