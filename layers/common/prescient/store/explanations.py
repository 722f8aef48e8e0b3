"""A portfolio's newest cycle as it was when the cycle decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.market.markets import EventId, MarketId
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.portfolio.positions import Action
from prescient.core.strategies.protocol import HeldPosition
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch, typed_row

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """What came of a portfolio in a cycle, and what it ran with; limits in dollars."""

    cycle_id: int
    status: CyclePortfolioStatus
    reason: str | None
    funnel: Mapping[str, int]
    strategy_config: Mapping[str, object]
    limits: Mapping[str, Any]
    strategy_type: str

    @property
    def own_limits(self) -> Limits:
        """The portfolio's own limits; `limits` also has those that its configuration adds."""
        return Limits(
            _dollars(self.limits["max_position_size"]),
            _dollars(self.limits["max_total_exposure"]),
            self.limits["max_positions"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """What a batch shows of a market: liquidity and volume in dollars, conviction |yes − no|.

    Of a market that is not in the batch, `is_listed` is false and the others are 0 or None.
    """

    is_listed: bool
    is_tradable: bool | None
    liquidity: Decimal
    volume: Decimal
    conviction: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeldRow:
    market_id: MarketId
    event_id: EventId | None
    action: str
    shares: Decimal
    cost_basis: Decimal
    entry_price: Decimal
    group_id: str | None


def newest_part(session: Session, portfolio_id: PortfolioId) -> PartRow | None:
    """Read the portfolio's part of its newest cycle; None before its first cycle."""
    with session.cursor(row_factory=typed_row(PartRow)) as cursor:
        return cursor.execute(SQL["select_part"], {"portfolio_id": portfolio_id}).fetchone()


def seen(session: Session, batch_id: int, market_id: MarketId) -> SeenRow | None:
    """Read what the batch shows of the market; None where the batch's tape is gone."""
    values = {"batch_id": batch_id, "market_id": market_id}
    with session.cursor(row_factory=typed_row(SeenRow)) as cursor:
        return cursor.execute(SQL["select_seen"], values).fetchone()


def standing(
    session: Session, portfolio_id: PortfolioId, at: datetime
) -> tuple[Decimal, Decimal] | None:
    """Read cash and equity, dollars, of the newest point until `at`; None where there is none."""
    row = session.execute(SQL["select_standing"], {"portfolio_id": portfolio_id, "at": at})
    return row.fetchone()


def held(
    session: Session, portfolio_id: PortfolioId, cycle_id: int, at: datetime
) -> list[HeldPosition]:
    """Read what the portfolio held before the cycle bought anything, by market and side."""
    values = {"portfolio_id": portfolio_id, "cycle_id": cycle_id, "at": at}
    return [_position(row) for row in fetch(session, _HeldRow, SQL["select_held"], values)]


def exited_by_rule(
    session: Session, portfolio_id: PortfolioId, since: datetime, at: datetime
) -> dict[MarketId, datetime]:
    """Read when stop-loss or take-profit last closed each market, after `since` and until `at`."""
    values = {"portfolio_id": portfolio_id, "since": since, "at": at}
    return dict(session.execute(SQL["select_exited_by_rule"], values).fetchall())


def _dollars(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _position(row: _HeldRow) -> HeldPosition:
    return HeldPosition(
        market_id=row.market_id,
        event_id=row.event_id,
        outcome=Action(row.action).outcome,
        shares=row.shares,
        cost_basis=row.cost_basis,
        entry_price=row.entry_price,
        group_id=row.group_id,
    )
