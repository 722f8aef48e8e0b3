"""Versions of configurations: one for every change of strategy, keys or limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from prescient.core.errors import VersionNotFound
from prescient.core.portfolio.configurations import Configuration
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import DEFAULT_MAX_POSITIONS, Limits, PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch
from prescient.store.windows import Window

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version; limits in dollars, and none of them known unless they were kept."""

    version: int
    created_at: datetime
    ordered_by: str | None
    reason: str | None
    from_version: int | None
    restored_version: int | None
    strategy_type: str
    strategy_config: Mapping[str, object]
    limits_kept: bool
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int | None
    drawdown_limit: Decimal | None
    drawdown_limit_percent: Decimal | None

    @property
    def configuration(self) -> Configuration:
        limits = Limits(
            self.max_position_size,
            self.max_total_exposure,
            self.max_positions or DEFAULT_MAX_POSITIONS,
        )
        guard = Guard(self.drawdown_limit, self.drawdown_limit_percent)
        return Configuration(
            self.strategy_type,
            self.strategy_config,
            limits if self.limits_kept else None,
            guard if self.limits_kept else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a version comes from: who asked for it, when, why, and from which other ones."""

    now: datetime
    ordered_by: str | None = None
    reason: str | None = None
    from_version: int | None = None
    restored_version: int | None = None


def keep(session: Session, portfolio_id: PortfolioId, origin: Origin) -> None:
    """Keep what a locked portfolio's configuration is now, unless its version is kept already."""
    values = {
        "portfolio_id": portfolio_id,
        "now": origin.now,
        "ordered_by": origin.ordered_by,
        "reason": origin.reason,
        "from_version": origin.from_version,
        "restored_version": origin.restored_version,
    }
    session.execute(SQL["keep"], values)


def versions(session: Session, portfolio_id: PortfolioId, window: Window) -> list[VersionRow]:
    """A page of a portfolio's versions, newest first."""
    values = {**window.values(), "portfolio_id": portfolio_id}
    return fetch(session, VersionRow, SQL["select_versions"], values)


def version(session: Session, portfolio_id: PortfolioId, wanted: int) -> VersionRow:
    """One version; raises `VersionNotFound`."""
    for row in versions(session, portfolio_id, Window(limit=1, after_number=wanted + 1)):
        if row.version == wanted:
            return row
    raise VersionNotFound(portfolio_id, wanted)
