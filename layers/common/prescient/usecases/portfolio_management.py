"""Creating, changing and deleting portfolios, each in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from prescient.core.portfolio.cash import check_balance
from prescient.core.portfolio.closing import HandOrder, Liquidation
from prescient.core.portfolio.configurations import check_version
from prescient.core.portfolio.guards import NO_GUARD, Guard, Reset, check_reactivation
from prescient.core.portfolio.portfolios import (
    NewPortfolio,
    PortfolioId,
    PortfolioStatus,
    check_changeable,
    check_deletion,
    check_status_change,
)
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import (
    configurations,
    deletion,
    exposures,
    guards,
    idempotency,
    portfolios,
    status_changes,
)
from prescient.store.configurations import Origin
from prescient.store.database import Database, Session
from prescient.store.portfolios import PortfolioRow, PortfolioSettings
from prescient.store.status_changes import Order
from prescient.usecases import closing
from prescient.usecases.closing import NOTHING_SEEN, Look
from prescient.usecases.emergency import check_total
from prescient.usecases.support import configuring
from prescient.usecases.support.keyed import check_present


class LimitsChange(TypedDict, total=False):
    """The limits to replace, in dollars of cost basis; None removes one."""

    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int


class GuardChange(TypedDict, total=False):
    """The limits of the drawdown to replace; None removes one."""

    limit: Decimal | None
    limit_percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioChange:
    """What to change of a portfolio; None leaves it as it is.

    With `merges` the keys of `strategy_config` change the present ones as a merge patch does, else
    they replace them. The portfolio must be at one of the `expected_versions` of its configuration.
    `reason` is for the record; `resets` is what begins anew where it trades again, and
    `restored_version` the version of the configuration that this brings back.
    """

    name: str | None = None
    description: str | None = None
    status: PortfolioStatus | None = None
    strategy_type: str | None = None
    strategy_config: Mapping[str, object] | None = None
    merges: bool = False
    expected_versions: Collection[int] | None = None
    limits: LimitsChange = field(default_factory=LimitsChange)
    guard: GuardChange = field(default_factory=GuardChange)
    liquidate: bool = False
    partial: bool = False
    tags: Sequence[str] | None = None
    reason: str | None = None
    restored_version: int | None = None
    resets: Reset = Reset.NOTHING

    @property
    def is_of_more_than_status(self) -> bool:
        """Whether anything besides the status is to change."""
        about_status = (
            "status",
            "liquidate",
            "partial",
            "reason",
            "resets",
            "merges",
            "expected_versions",
        )
        rest = replace(self, **{name: getattr(PortfolioChange(), name) for name in about_status})
        return rest != PortfolioChange()


def create(
    database: Database, wanted: NewPortfolio, request: idempotency.Request | None, now: datetime
) -> PortfolioId:
    """Create a portfolio, or find the one that this `request` created before.

    Raises `InvalidRequest`, `NameTaken`, `IdempotencyConflict`, and `PortfolioDeleted` where that
    one is gone.
    """
    portfolio = checked(wanted)
    with database.transaction() as session:
        if request is None:
            return begin(session, portfolio, now)
        earlier = idempotency.earlier_answer(session, request, now)
        if earlier is not None:
            portfolio_id = PortfolioId(int(str(earlier["portfolio_id"])))
            check_present(session, [portfolio_id])
            return portfolio_id
        portfolio_id = begin(session, portfolio, now)
        idempotency.keep(session, request, {"portfolio_id": portfolio_id})
        return portfolio_id


def checked(portfolio: NewPortfolio) -> NewPortfolio:
    """Return the portfolio with its configuration as its strategy reads it.

    Raises `InvalidRequest`.
    """
    check_balance("initial_balance", portfolio.initial_balance)
    configuration = registry.configuration(portfolio.strategy_type, portfolio.strategy_config)
    return portfolio._replace(strategy_config=configuring.as_given(configuration))


def begin(session: Session, portfolio: NewPortfolio, now: datetime) -> PortfolioId:
    """Create a portfolio that is checked; raises `NameTaken`."""
    portfolio_id = portfolios.create(session, portfolio, now)
    guards.shift_total(session, portfolio.initial_balance)
    return portfolio_id


def change(
    session: Session,
    portfolio_id: PortfolioId,
    wanted: PortfolioChange,
    order: HandOrder,
    *,
    seen: Look = NOTHING_SEEN,
    total_guard: Guard = NO_GUARD,
) -> Liquidation | None:
    """Change a portfolio; a changed configuration moves the triggers of its open positions.

    With `liquidate` all positions are sold first, or nothing is changed. With `partial` as well,
    what can be sold is sold; a portfolio with positions left is paused instead of archived.

    A portfolio that its own guard or the guard over all would pause at once is not reactivated.

    Raises `PortfolioNotFound`, `VersionConflict`, `PortfolioArchived`, `InvalidRequest`,
    `NameTaken`, and what forbids the change of status.
    """
    present = portfolios.lock(session, portfolio_id)
    check_version(present.config_version, wanted.expected_versions)
    if wanted.is_of_more_than_status:
        check_changeable(portfolio_id, present.status)
    wanted, liquidation = _liquidated(session, portfolio_id, wanted, order, seen)
    if liquidation is not None:
        present = portfolios.get(session, portfolio_id)
    configuration = configuring.changed(
        present, wanted.strategy_type, wanted.strategy_config, merges=wanted.merges
    )
    settings = _settings(present, wanted, configuration, order.ordered_by)
    _save(session, present, settings, wanted, order)
    is_active = settings.status is PortfolioStatus.ACTIVE
    if is_active and settings.status is not present.status:
        _reactivate(session, portfolio_id, wanted.resets, total_guard, order.now)
    if configuration is not None and settings.config_version != present.config_version:
        configuring.move_triggers(session, portfolio_id, configuration)
    return liquidation


def _liquidated(
    session: Session,
    portfolio_id: PortfolioId,
    wanted: PortfolioChange,
    order: HandOrder,
    seen: Look,
) -> tuple[PortfolioChange, Liquidation | None]:
    """Sell what is held, where that is wanted; the change is a pause where something is left."""
    if not wanted.liquidate:
        return wanted, None
    sold = closing.liquidate(session, portfolio_id, order, seen=seen, partial=wanted.partial)
    return replace(wanted, status=PortfolioStatus.PAUSED) if sold.left else wanted, sold


def delete(
    database: Database, portfolio_id: PortfolioId, confirmed: str | None, *, purge: bool
) -> None:
    """Delete the portfolio, and give back what it held of the limits over all portfolios.

    `confirmed` is its name, for a caller who wants to be sure of the right one. Raises
    `PortfolioNotFound`, and what `check_deletion` raises.
    """
    with database.transaction() as session:
        portfolio = portfolios.lock(session, portfolio_id)
        name = portfolio.name
        has_history = deletion.has_history(session, portfolio_id)
        check_deletion(portfolio_id, name, confirmed, has_history=has_history, purge=purge)
        invested = deletion.invested_by_market(session, portfolio_id)
        exposures.lock(session, [market_id for market_id, _ in invested])
        exposures.move(session, [(market_id, -cost_basis) for market_id, cost_basis in invested])
        deletion.delete(session, portfolio_id)
        guards.shift_total(session, -portfolio.total_value, -portfolio.total_profit_loss)


def _save(
    session: Session,
    present: PortfolioRow,
    settings: PortfolioSettings,
    wanted: PortfolioChange,
    order: HandOrder,
) -> None:
    """Save the settings, and record a change of status and a new version of the configuration."""
    # The present version may be missing: older code, which kept none, may have made it.
    configurations.keep(session, present.portfolio_id, Origin(now=present.last_updated))
    portfolios.update(session, present.portfolio_id, settings, order.now)
    if settings.status is not present.status:
        _record_status(session, present, settings, wanted, order)
    if settings.config_version != present.config_version:
        _keep_version(session, present, wanted, order)


def _keep_version(
    session: Session, present: PortfolioRow, wanted: PortfolioChange, order: HandOrder
) -> None:
    origin = Origin(
        now=order.now,
        ordered_by=order.ordered_by,
        reason=wanted.reason,
        from_version=present.config_version,
        restored_version=wanted.restored_version,
    )
    configurations.keep(session, present.portfolio_id, origin)


def _record_status(
    session: Session,
    present: PortfolioRow,
    settings: PortfolioSettings,
    wanted: PortfolioChange,
    order: HandOrder,
) -> None:
    is_reactivation = settings.status is PortfolioStatus.ACTIVE
    made = Order(order.ordered_by, order.now, wanted.resets if is_reactivation else None)
    change = (present.status, settings.status)
    status_changes.record(session, present.portfolio_id, change, wanted.reason, made)


def _reactivate(
    session: Session, portfolio_id: PortfolioId, resets: Reset, total_guard: Guard, now: datetime
) -> None:
    """Check that no guard would pause it again at once, and reset its peak where that is wanted."""
    portfolio = portfolios.get(session, portfolio_id)
    check_reactivation(portfolio.guard, portfolio.standing, resets)
    check_total(session, total_guard, now)
    if resets is Reset.PEAK:
        guards.reset_peaks(session, [portfolio_id], now)


def _settings(
    present: PortfolioRow,
    wanted: PortfolioChange,
    configuration: StrategyConfiguration | None,
    changed_by: str,
) -> PortfolioSettings:
    status = wanted.status or present.status
    check_status_change(present.status, status, present.open_positions)
    strategy_type = wanted.strategy_type or present.strategy_type
    before = (present.strategy_type, dict(present.strategy_config))
    strategy_config = before[1] if configuration is None else configuring.as_given(configuration)
    limits = present.limits._replace(**wanted.limits)
    guard = present.guard._replace(**wanted.guard)
    of_strategy, of_limits = (strategy_type, strategy_config), (limits, guard)
    is_changed = of_strategy != before or of_limits != (present.limits, present.guard)
    return PortfolioSettings(
        name=wanted.name or present.name,
        description=present.description if wanted.description is None else wanted.description,
        status=status,
        status_reason=present.status_reason if status is present.status else wanted.reason,
        strategy_type=strategy_type,
        strategy_config=strategy_config,
        config_version=present.config_version + is_changed,
        limits=limits,
        guard=guard,
        tags=present.tags if wanted.tags is None else wanted.tags,
        changed_by=changed_by,
    )
