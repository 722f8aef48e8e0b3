"""The emergency controls: pause all portfolios, and reactivate what one pause stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prescient.core.portfolio.guards import (
    Alert,
    Guard,
    Reset,
    alert,
    check_reactivation,
    reason,
)
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import guards, status_changes
from prescient.store.database import Session
from prescient.store.status_changes import Order
from prescient.usecases.support.guarding import OVER_ALL

MOST_NAMED = 100  # portfolios in an answer; their records have them all


@dataclass(frozen=True, slots=True)
class Paused:
    """An act of pausing, and the number of portfolios that it paused."""

    pause_id: int
    portfolios: int


@dataclass(frozen=True, slots=True)
class LeftPaused:
    """A portfolio that its own guard would pause again at once."""

    portfolio_id: PortfolioId
    obstacle: str


@dataclass(frozen=True, slots=True)
class Reactivated:
    """How many portfolios trade again, how many do not, and the first of these.

    There is no `pause_id` where no portfolio was paused by a pause of all.
    """

    pause_id: int | None
    portfolios: int
    left: int
    first_left: Sequence[LeftPaused]


def pause_all(session: Session, why: str, ordered_by: str, now: datetime) -> Paused:
    """Pause every active portfolio: nothing is opened, what is held is marked, settled and stopped.

    What is paused already stays as it is, and is no part of this pause.
    """
    active = status_changes.lock_active(session)
    pause_id = status_changes.open_pause(session, why, Order(ordered_by, now))
    order = Order(ordered_by, now, pause_id=pause_id)
    return Paused(pause_id, status_changes.pause(session, dict.fromkeys(active, why), order))


def reactivate_all(
    session: Session, pause_id: int | None, why: str, guard: Guard, order: Order
) -> Reactivated:
    """Reactivate what a pause stopped and nothing else did since.

    Without a `pause_id` it is the newest pause that still holds a portfolio.
    With its peak reset, the sum of all portfolios begins anew too; `guard` is over that sum. Raises
    `PauseNotFound`, and `DrawdownLimitReached` where that guard would pause all again at once.
    """
    chosen = status_changes.newest_pause(session) if pause_id is None else pause_id
    if chosen is None:
        return Reactivated(None, 0, 0, ())
    resets = order.resets or Reset.NOTHING
    held = status_changes.lock_paused_by(session, chosen)
    left = [] if resets is Reset.PEAK else _left(session, held)
    named = {found.portfolio_id for found in left}
    going = [portfolio_id for portfolio_id in held if portfolio_id not in named]
    if resets is Reset.PEAK:
        guards.reset_peaks(session, going, order.now)
        guards.reset_total(session, order.now)
    check_total(session, guard, order.now)
    made = Order(order.ordered_by, order.now, resets, chosen)
    count = status_changes.reactivate(session, dict.fromkeys(going, why), made)
    return Reactivated(chosen, count, len(left), left[:MOST_NAMED])


def check_total(session: Session, guard: Guard, now: datetime) -> None:
    """Raise `DrawdownLimitReached` where the guard over all portfolios would pause them at once."""
    if guard.is_set:
        standing = guards.total(session, guard, now).standing
        check_reactivation(guard, standing, Reset.NOTHING, OVER_ALL)


def _left(session: Session, held: Sequence[PortfolioId]) -> list[LeftPaused]:
    """Those that their own guards would pause again."""
    watched = guards.guarded(session, held, PortfolioStatus.PAUSED)
    return [
        LeftPaused(portfolio_id, reason(found.guard, found.standing))
        for portfolio_id, found in watched.items()
        if alert(found.guard, found.standing) is Alert.REACHED
    ]
