"""Holding portfolios against their guards, where a transaction records what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from prescient.core.portfolio.guards import Alert, Guard, alert, reason
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.store import guards, status_changes
from prescient.store.database import Session
from prescient.store.guards import Watched
from prescient.store.pending import Pending
from prescient.store.status_changes import Order
from prescient.usecases.support.metrics import Measure, Metrics

OVER_ALL = " over all portfolios"


def send_watch(
    session: Session, portfolio_ids: Sequence[PortfolioId], now: datetime
) -> Pending[list[Alert]]:
    """Ask how these locked portfolios stand.

    The answer pauses or warns those whose totals fell that far, and is what was done.
    """
    asked = guards.send_guarded(session, portfolio_ids, PortfolioStatus.ACTIVE)
    return Pending(lambda: _heed(session, asked.get(), now))


def _heed(session: Session, watched: Mapping[PortfolioId, Watched], now: datetime) -> list[Alert]:
    levels = {owner: alert(found.guard, found.standing) for owner, found in watched.items()}
    reached = {
        owner: reason(found.guard, found.standing)
        for owner, found in watched.items()
        if levels[owner] is Alert.REACHED
    }
    if reached:
        status_changes.pause(session, reached, Order(None, now))
    warned = [owner for owner, found in watched.items() if _is_new(found, levels[owner])]
    if warned:
        guards.note_warnings(session, warned, now)
    over = [owner for owner, found in watched.items() if _is_over(found, levels[owner])]
    if over:
        guards.note_warnings(session, over, None)
    return [*(Alert.REACHED for _ in reached), *(Alert.WARNING for _ in warned)]


def watch_total(session: Session, guard: Guard, now: datetime) -> list[Alert]:
    """Pause all portfolios, or warn of them, where their sum fell that far; what was done.

    All that trade are locked already.
    """
    if not guard.is_set:
        return []
    found = guards.total(session, guard, now)
    level, paused = alert(guard, found.standing), 0
    if level is Alert.REACHED:
        paused = _pause_all(session, reason(guard, found.standing, OVER_ALL), now)
    is_new = _is_new(found, level)
    if is_new or _is_over(found, level):
        guards.note_total_warning(session, now if is_new else None)
    return [Alert.REACHED] * paused + [Alert.WARNING] * is_new


def measure(alerts: Sequence[Alert], metrics: Metrics) -> None:
    """Measure what guards did."""
    metrics.add(Measure.DRAWDOWN_WARNINGS, alerts.count(Alert.WARNING))
    metrics.add(Measure.DRAWDOWN_PAUSES, alerts.count(Alert.REACHED))


def _pause_all(session: Session, why: str, now: datetime) -> int:
    active = status_changes.lock_active(session)
    if not active:
        return 0
    pause_id = status_changes.open_pause(session, why, Order(None, now))
    order = Order(None, now, pause_id=pause_id)
    return status_changes.pause(session, dict.fromkeys(active, why), order)


def _is_new(found: Watched, level: Alert) -> bool:
    return level is not Alert.NONE and not found.is_warned


def _is_over(found: Watched, level: Alert) -> bool:
    return level is Alert.NONE and found.is_warned
