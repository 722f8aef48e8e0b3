"""Experiments: a twin that differs in one key, and configurations that are brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prescient.core.errors import NothingChanged
from prescient.core.portfolio.closing import HandOrder
from prescient.core.portfolio.configurations import Configuration, differences, with_key
from prescient.core.portfolio.guards import NO_GUARD
from prescient.core.portfolio.portfolios import (
    DEFAULT_MAX_POSITIONS,
    Limits,
    NewPortfolio,
    PortfolioId,
)
from prescient.store import configurations, portfolios
from prescient.store.database import Session
from prescient.usecases import portfolio_management
from prescient.usecases.portfolio_management import GuardChange, LimitsChange, PortfolioChange

DEFAULT_LIMITS = Limits(None, None, DEFAULT_MAX_POSITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A twin to create: its name, and the one key in which it differs, None for none.

    Of a strategy's key the value None is the default. Its first version keeps the `reason`.
    """

    name: str
    description: str | None
    reason: str | None = None
    key: str | None = None
    value: Any = None


def clone(
    session: Session, portfolio_id: PortfolioId, wanted: Twin, ordered_by: str, now: datetime
) -> PortfolioId:
    """Create a portfolio like this one but for at most one key, with its equity of now in cash.

    Raises `PortfolioNotFound`, `InvalidRequest`, `NameTaken`, and `NothingChanged` where the key
    has that value already.
    """
    source = portfolios.lock(session, portfolio_id)
    chosen = source.configuration
    if wanted.key is not None:
        chosen = with_key(chosen, wanted.key, wanted.value)
    twin = NewPortfolio(
        name=wanted.name,
        description=source.description if wanted.description is None else wanted.description,
        strategy_type=chosen.strategy_type,
        initial_balance=source.total_value,
        strategy_config=chosen.strategy_config,
        limits=chosen.limits or DEFAULT_LIMITS,
        guard=chosen.guard or NO_GUARD,
        tags=source.tags,
        twin_of=portfolio_id,
        twin_key=wanted.key,
        ordered_by=ordered_by,
        reason=wanted.reason,
    )
    return portfolio_management.begin(session, portfolio_management.checked(twin), now)


def restore(
    session: Session, portfolio_id: PortfolioId, version: int, reason: str, order: HandOrder
) -> None:
    """Bring a version of a portfolio's configuration back, as a new version.

    Limits that were not kept stay as they are. Raises `PortfolioNotFound`, `VersionNotFound`,
    `InvalidRequest` where it is no longer valid, and `NothingChanged` where nothing differs.
    """
    present = portfolios.lock(session, portfolio_id).configuration
    chosen = configurations.version(session, portfolio_id, version).configuration
    if not any(differences(present, chosen)):
        raise NothingChanged(f"version: {version} is what the portfolio has already")
    wanted = PortfolioChange(
        strategy_type=chosen.strategy_type,
        strategy_config=chosen.strategy_config,
        limits=_limits(chosen),
        guard=_guard(chosen),
        reason=reason,
        restored_version=version,
    )
    portfolio_management.change(session, portfolio_id, wanted, order)


def _limits(chosen: Configuration) -> LimitsChange:
    if chosen.limits is None:
        return LimitsChange()
    return LimitsChange(
        max_position_size=chosen.limits.max_position_size,
        max_total_exposure=chosen.limits.max_total_exposure,
        max_positions=chosen.limits.max_positions,
    )


def _guard(chosen: Configuration) -> GuardChange:
    if chosen.guard is None:
        return GuardChange()
    return GuardChange(limit=chosen.guard.limit, limit_percent=chosen.guard.limit_percent)
