"""Portfolios: their rows and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from psycopg import errors
from psycopg.rows import scalar_row
from psycopg.types.json import Jsonb

from prescient.core.errors import NameTaken, PortfolioNotFound
from prescient.core.portfolio.configurations import Configuration
from prescient.core.portfolio.guards import Guard, Standing
from prescient.core.portfolio.names import folded
from prescient.core.portfolio.portfolios import Limits, NewPortfolio, PortfolioId, PortfolioStatus
from prescient.store import history, statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import fetch, typed_row

_LARGEST_ID = 2**31 - 1
SQL = statements.load(__file__)
NAMES = {"portfolios_name_key", "portfolios_folded_name_key"}


class PortfolioRow(NamedTuple):
    """A portfolio as it stands; money in dollars, `max_drawdown` too. `total_value` is equity.

    `valuation_error` is why the newest prices could not be carried into its totals, and nothing of
    it could be settled or stopped; None where they could.
    """

    portfolio_id: PortfolioId
    name: str
    description: str
    strategy_type: str
    initial_balance: Decimal
    current_balance: Decimal
    total_invested: Decimal
    total_profit_loss: Decimal
    realized_pnl: Decimal
    trade_count: int
    status: PortfolioStatus
    status_reason: str | None
    created_at: datetime
    last_updated: datetime
    strategy_config: Mapping[str, object]
    config_version: int
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int
    total_trades_executed: int
    total_winning_trades: int
    total_losing_trades: int
    avg_trade_pnl: Decimal
    max_consecutive_wins: int
    max_consecutive_losses: int
    max_drawdown: Decimal
    last_trade_at: datetime | None
    last_price_update: datetime | None
    open_positions: int
    total_value: Decimal
    valuation_error: str | None
    drawdown_limit: Decimal | None
    drawdown_limit_percent: Decimal | None
    peak_profit: Decimal
    index_peak: Decimal
    peak_since: datetime
    drawdown_warned_at: datetime | None
    tags: Sequence[str]
    twin_of: PortfolioId | None
    twin_key: str | None

    @property
    def limits(self) -> Limits:
        return Limits(self.max_position_size, self.max_total_exposure, self.max_positions)

    @property
    def guard(self) -> Guard:
        return Guard(self.drawdown_limit, self.drawdown_limit_percent)

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.strategy_type, self.strategy_config, self.limits, self.guard)

    @property
    def standing(self) -> Standing:
        return Standing(self.total_value, self.total_profit_loss, self.index_peak, self.peak_profit)

    @property
    def unrealized_pnl(self) -> Decimal:
        return self.total_profit_loss - self.realized_pnl


def create(session: Session, portfolio: NewPortfolio, now: datetime) -> PortfolioId:
    """Insert a portfolio, whose first equity point is its balance; raises `NameTaken`."""
    values = {
        "name": portfolio.name,
        "folded_name": folded(portfolio.name),
        "description": portfolio.description,
        "strategy_type": portfolio.strategy_type,
        "initial_balance": portfolio.initial_balance,
        "strategy_config": Jsonb(dict(portfolio.strategy_config)),
        **_limit_values(portfolio.limits),
        **_guard_values(portfolio.guard),
        "tags": list(portfolio.tags),
        "twin_of": portfolio.twin_of,
        "twin_key": portfolio.twin_key,
        "ordered_by": portfolio.ordered_by,
        "reason": portfolio.reason,
        "now": now,
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        try:
            portfolio_id = PortfolioId(
                cursor.execute(SQL["insert_portfolio"], values).fetchall()[0]
            )
        except errors.UniqueViolation as error:
            raise _conflict(error, portfolio.name) from error
    history.add_equity_points(session, [portfolio_id], now)
    return portfolio_id


def get(session: Session, portfolio_id: PortfolioId) -> PortfolioRow:
    """The portfolio; raises `PortfolioNotFound`."""
    return _send(session, portfolio_id).get()


def first_active(session: Session) -> PortfolioId | None:
    """The active portfolio with the lowest id, if there is one."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_first_active"]).fetchone()


def lock(session: Session, portfolio_id: PortfolioId) -> PortfolioRow:
    """The portfolio, locked until the transaction ends; raises `PortfolioNotFound`."""
    return send_lock(session, portfolio_id).get()


def send_lock(session: Session, portfolio_id: PortfolioId) -> Pending[PortfolioRow]:
    """`lock`, sent now."""
    session.execute(SQL["lock_portfolio"], {"portfolio_id": portfolio_id})
    return _send(session, portfolio_id)


def list_by_status(
    session: Session,
    statuses: Sequence[PortfolioStatus],
    *,
    first_id: int = 1,
    last_id: int = _LARGEST_ID,
    limit: int | None = None,
) -> list[PortfolioRow]:
    """Portfolios in one of `statuses`, by id; all of them unless ids or a limit are given."""
    values = {
        "statuses": list(statuses),
        "first_id": first_id,
        "last_id": last_id,
        "limit": limit,
    }
    return fetch(session, PortfolioRow, SQL["select_portfolios"], values)


class PortfolioSettings(NamedTuple):
    """What a user may change of a portfolio; `changed_by` is whose token asks for it."""

    name: str
    description: str
    status: PortfolioStatus
    status_reason: str | None
    strategy_type: str
    strategy_config: Mapping[str, object]
    config_version: int
    limits: Limits
    guard: Guard
    tags: Sequence[str]
    changed_by: str


def update(
    session: Session, portfolio_id: PortfolioId, wanted: PortfolioSettings, now: datetime
) -> None:
    """Write all settings at once; raises `NameTaken`."""
    values = {
        "portfolio_id": portfolio_id,
        "name": wanted.name,
        "folded_name": folded(wanted.name),
        "description": wanted.description,
        "status": wanted.status,
        "status_reason": wanted.status_reason,
        "strategy_type": wanted.strategy_type,
        "strategy_config": Jsonb(dict(wanted.strategy_config)),
        "config_version": wanted.config_version,
        **_limit_values(wanted.limits),
        **_guard_values(wanted.guard),
        "tags": list(wanted.tags),
        "changed_by": wanted.changed_by,
        "now": now,
    }
    try:
        session.execute(SQL["update_portfolio"], values)
    except errors.UniqueViolation as error:
        raise _conflict(error, wanted.name) from error


def rewrite_totals(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    now: datetime,
    *,
    marked_at: datetime | None = None,
) -> None:
    """Bring totals, peak and drawdown of locked portfolios in line with positions and marks.

    A price update says when it marked them.
    """
    values = {"portfolio_ids": list(portfolio_ids), "marked_at": marked_at, "now": now}
    session.execute(SQL["rewrite_totals"], values)


def note_valuations(
    session: Session,
    portfolio_ids: Sequence[PortfolioId],
    failures: Sequence[tuple[PortfolioId, str]],
) -> None:
    """Note of locked portfolios why they could not be valued, and of the others that they were."""
    values = {
        "portfolio_ids": list(portfolio_ids),
        "failed_ids": [portfolio_id for portfolio_id, _ in failures],
        "errors": [error for _, error in failures],
    }
    session.execute(SQL["note_valuations"], values)


def shift_peaks(
    session: Session, flows: Sequence[tuple[PortfolioId, Decimal]], now: datetime
) -> None:
    """Move the peaks of locked portfolios by the dollars that were paid in or out."""
    values = {
        "portfolio_ids": [portfolio_id for portfolio_id, _ in flows],
        "amounts": [amount for _, amount in flows],
        "now": now,
    }
    session.execute(SQL["shift_peaks"], values)


def _send(session: Session, portfolio_id: PortfolioId) -> Pending[PortfolioRow]:
    cursor = session.cursor(row_factory=typed_row(PortfolioRow))
    cursor.execute(SQL["select_portfolio"], {"portfolio_id": portfolio_id})

    def read() -> PortfolioRow:
        row = cursor.fetchone()
        if row is None:
            raise PortfolioNotFound(portfolio_id)
        return row

    return Pending(read)


def _limit_values(limits: Limits) -> dict[str, object]:
    return {
        "max_position_size": limits.max_position_size,
        "max_total_exposure": limits.max_total_exposure,
        "max_positions": limits.max_positions,
    }


def _guard_values(guard: Guard) -> dict[str, object]:
    return {"drawdown_limit": guard.limit, "drawdown_limit_percent": guard.limit_percent}


def _conflict(error: errors.UniqueViolation, name: str) -> Exception:
    return NameTaken(name) if error.diag.constraint_name in NAMES else error
