"""How much a portfolio's limits still allow, in dollars of cost basis, fees included."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from prescient.core.money import ZERO
from prescient.core.portfolio.guards import Guard, Standing
from prescient.core.portfolio.portfolios import Limits


class FreeRoom(NamedTuple):
    """What is left of each limit: never below 0, and None where there is no such limit.

    `next_position` is what one more position may cost at most, given cash and all limits;
    `drawdown` is dollars of P&L, `drawdown_percent` points of the time-weighted index.
    """

    next_position: Decimal
    total_exposure: Decimal | None
    positions: int
    drawdown: Decimal | None
    drawdown_percent: Decimal | None


class HeldEvent(NamedTuple):
    """An event that a portfolio holds positions of; `invested` is their cost basis in dollars."""

    event_id: str
    event_title: str | None
    invested: Decimal


class EventRoom(NamedTuple):
    """What `max_event_exposure` leaves in the event that is nearest to it, in dollars.

    `event_id` is None where no event is held: `left` is then the limit.
    """

    event_id: str | None
    event_title: str | None
    left: Decimal


class InUse(NamedTuple):
    """What a portfolio uses of its limits: cash and cost basis in dollars, and open positions."""

    balance: Decimal
    invested: Decimal
    open_positions: int


def free_room(limits: Limits, used: InUse, guard: Guard, standing: Standing) -> FreeRoom:
    """Return what a portfolio's limits and guard leave; its configuration can be stricter."""
    exposure = _left(limits.max_total_exposure, used.invested)
    positions = max(limits.max_positions - used.open_positions, 0)
    bounds = (used.balance, limits.max_position_size, exposure)
    return FreeRoom(
        next_position=min([bound for bound in bounds if bound is not None]) if positions else ZERO,
        total_exposure=exposure,
        positions=positions,
        drawdown=_left(guard.limit, standing.drawdown),
        drawdown_percent=guard.limit_percent
        and _left(guard.limit_percent, standing.drawdown_percent),
    )


def event_room(limit: Decimal, fullest: HeldEvent | None) -> EventRoom:
    """Return what the limit on one event leaves where `fullest` has most of the portfolio."""
    if fullest is None:
        return EventRoom(None, None, limit)
    return EventRoom(fullest.event_id, fullest.event_title, max(limit - fullest.invested, ZERO))


def _left(limit: Decimal | None, used: Decimal) -> Decimal | None:
    return None if limit is None else max(limit - used, ZERO)
