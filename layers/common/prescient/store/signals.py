"""Signals: what a portfolio's strategy decided in a cycle, and what it could see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from psycopg.rows import scalar_row

from prescient.core.markets import MarketId
from prescient.core.portfolios import PortfolioId
from prescient.core.strategies.protocol import Signal
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who decided, when, and under which versions of configuration and code."""

    portfolio_id: PortfolioId
    cycle_id: int
    strategy_type: str
    config_version: int
    code_version: str
    timestamp: datetime


def held_markets(session: Session, portfolio_id: PortfolioId) -> frozenset[MarketId]:
    """The markets in which the portfolio has an open position."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return frozenset(cursor.execute(SQL["select_held"], {"portfolio_id": portfolio_id}))


def cooling_markets(
    session: Session, portfolio_id: PortfolioId, cooldown_hours: Decimal, now: datetime
) -> frozenset[MarketId]:
    """The markets that the portfolio was stopped out of less than `cooldown_hours` ago."""
    since = now - timedelta(hours=float(cooldown_hours))
    values = {"portfolio_id": portfolio_id, "since": since}
    with session.cursor(row_factory=scalar_row) as cursor:
        return frozenset(cursor.execute(SQL["select_cooling"], values))


def save(session: Session, signals: Sequence[Signal], origin: Origin) -> None:
    """Store the signals in one round trip; one decision a market, action and cycle stays one."""
    with session.cursor() as cursor:
        cursor.executemany(SQL["insert_signals"], [_row(signal, origin) for signal in signals])


def _row(signal: Signal, origin: Origin) -> dict[str, object]:
    candidate = signal.candidate
    return {
        "portfolio_id": origin.portfolio_id,
        "cycle_id": origin.cycle_id,
        "strategy_type": origin.strategy_type,
        "timestamp": origin.timestamp,
        "market_id": candidate.market_id,
        "market_question": candidate.question,
        "action": signal.action,
        "target_price": signal.target_price,
        "amount": signal.amount,
        "confidence": signal.confidence,
        "win_probability": signal.win_probability,
        "reason": signal.reason,
        "yes_price": candidate.yes_price,
        "no_price": candidate.no_price,
        "market_liquidity": candidate.liquidity,
        "market_volume": candidate.volume,
        "event_id": candidate.event_id,
        "event_title": candidate.event_title,
        "event_end_date": candidate.event_end_date,
        "group_id": signal.group_id,
        "config_version": origin.config_version,
        "code_version": origin.code_version,
    }
