"""What clients see of a portfolio, in a list and by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import SkipValidation
from typing_extensions import TypedDict

from prescient.api.exact_json import Written, written
from prescient.api.responses.positions import Position
from prescient.api.responses.values import Money, Percent
from prescient.core.accounting.valuation import day_profit, net_flows
from prescient.core.money import CENT
from prescient.core.portfolio import room
from prescient.core.portfolio.guards import Alert, Guard, Standing, alert
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.store.portfolio_pages import ListedRow
from prescient.store.rows import number


class Drawdown(TypedDict):
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


class FreeRoom(TypedDict):
    """What each limit still leaves, in dollars of cost with fees; null where there is no limit.

    `next_position` is what one more position may cost at most, given cash and all limits; a
    strategy's keys may ask for less. `positions` is how many more it may hold, `drawdown` and
    `drawdown_percent` how far it may still fall before its guard pauses it.
    """

    next_position: Money
    total_exposure: Money | None
    positions: int
    drawdown: Money | None
    drawdown_percent: Percent | None


class EventRoom(TypedDict):
    """What `max_event_exposure` leaves in the event that is nearest to it, in dollars of cost.

    `event_id` is null where no event is held: `left` is then the limit.
    """

    event_id: str | None
    event_title: str | None
    left: Money


class PortfolioListed(TypedDict):
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
    event_room: EventRoom | None
    last_trade_at: datetime | None
    last_price_update: datetime | None
    valuation_error: str | None
    created_at: datetime
    positions: SkipValidation[list[Position]]


class PortfolioSummary(TypedDict):
    total_value: Money
    open_positions: int
    total_invested: Money
    realized_pnl: Money
    unrealized_pnl: Money


def portfolio_listed(row: ListedRow) -> PortfolioListed:
    """Return what a list shows of a portfolio."""
    guard, standing = row.guard, row.standing
    return {
        "portfolio_id": row.portfolio_id,
        "name": row.name,
        "strategy_type": row.strategy_type,
        "status": _STATUSES[row.status],
        "current_balance": Written(row.current_balance),
        "total_invested": Written(row.total_invested),
        "realized_pnl": Written(row.realized_pnl),
        "unrealized_pnl": standing.profit - Decimal(row.realized_pnl),
        "total_profit_loss": Written(row.total_profit_loss),
        "total_value": Written(row.total_value),
        "net_flows": net_flows(Decimal(row.initial_balance), standing.equity, standing.profit),
        "day_pnl": day_profit(
            standing.profit, number(row.profit_at_midnight), began_today=row.began_today
        ),
        "drawdown": _drawdown(row, guard, standing),
        "free_room": _free_room(row, guard, standing),
        "trade_count": row.trade_count,
        "open_positions": row.open_positions,
        "tags": row.tags,
        "twin_of": row.twin_of,
        "last_updated": row.last_updated,
    }


def portfolio_shown(row: ListedRow, left: room.EventRoom | None, held: list[Position]) -> Portfolio:
    """Return what clients see of a portfolio that holds these positions."""
    return {
        **portfolio_listed(row),
        "description": row.description,
        "status_reason": row.status_reason,
        "initial_balance": Written(row.initial_balance),
        "strategy_config": row.configuration,
        "config_version": row.config_version,
        "twin_key": row.twin_key,
        "max_position_size": written(row.max_position_size),
        "max_total_exposure": written(row.max_total_exposure),
        "max_positions": row.max_positions,
        "total_trades_executed": row.total_trades_executed,
        "total_winning_trades": row.total_winning_trades,
        "total_losing_trades": row.total_losing_trades,
        "avg_trade_pnl": Written(row.avg_trade_pnl),
        "max_drawdown": Written(row.max_drawdown),
        "drawdown_limit": written(row.drawdown_limit),
        "drawdown_limit_percent": written(row.drawdown_limit_percent),
        "event_room": None if left is None else _event_room(left),
        "last_trade_at": row.last_trade_at,
        "last_price_update": row.last_price_update,
        "valuation_error": row.valuation_error,
        "created_at": row.created_at,
        "positions": held,
    }


def summary_shown(portfolio: Portfolio) -> PortfolioSummary:
    """Return the totals of a portfolio that is shown."""
    return {
        "total_value": portfolio["total_value"],
        "open_positions": portfolio["open_positions"],
        "total_invested": portfolio["total_invested"],
        "realized_pnl": portfolio["realized_pnl"],
        "unrealized_pnl": portfolio["unrealized_pnl"],
    }


_STATUSES = {status.value: status for status in PortfolioStatus}


def _drawdown(row: ListedRow, guard: Guard, standing: Standing) -> Drawdown:
    return {
        "amount": standing.drawdown.quantize(CENT),
        "percent": standing.drawdown_percent.quantize(CENT),
        "limit": written(row.drawdown_limit),
        "limit_percent": written(row.drawdown_limit_percent),
        "alert": alert(guard, standing),
        "peak_since": row.peak_since,
        "warned_at": row.drawdown_warned_at,
    }


def _free_room(row: ListedRow, guard: Guard, standing: Standing) -> FreeRoom:
    left = room.free_room(row.limits, row.used, guard, standing)
    return {
        "next_position": left.next_position.quantize(CENT),
        "total_exposure": _cents(left.total_exposure),
        "positions": left.positions,
        "drawdown": _cents(left.drawdown),
        "drawdown_percent": _cents(left.drawdown_percent),
    }


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(CENT)


def _event_room(left: room.EventRoom) -> EventRoom:
    return {
        "event_id": left.event_id,
        "event_title": left.event_title,
        "left": left.left.quantize(CENT),
    }
