"""Signals: what a portfolio's strategy decided in a cycle, and what it could see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.markets import EventId, MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.protocol import HeldPosition, Signal
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import typed_row

SQL = statements.load(__file__)


class Origin(NamedTuple):
    """Who decided, when, and under which versions of configuration and code."""

    portfolio_id: PortfolioId
    cycle_id: int
    strategy_type: str
    config_version: int
    code_version: str
    timestamp: datetime


class HeldRow(NamedTuple):
    """An open position, and the strategy whose signal bought it, None where that is unknown."""

    market_id: MarketId
    event_id: EventId | None
    action: str
    shares: Decimal
    cost_basis: Decimal
    entry_price: Decimal
    group_id: str | None
    strategy_type: str | None
    identity_changed: bool

    def seen_in(self, candidate: Candidate | None) -> HeldPosition:
        """This position beside its own market in a batch, not beside another that has its id."""
        return HeldPosition(
            market_id=self.market_id,
            event_id=self.event_id,
            outcome=Action(self.action).outcome,
            shares=self.shares,
            cost_basis=self.cost_basis,
            entry_price=self.entry_price,
            strategy_type=self.strategy_type,
            group_id=self.group_id,
            candidate=None if self.identity_changed else candidate,
        )


def send_held(session: Session, portfolio_id: PortfolioId, batch_id: int) -> Pending[list[HeldRow]]:
    """Read the portfolio's open positions beside a batch, by market and side."""
    cursor = session.cursor(row_factory=typed_row(HeldRow))
    cursor.execute(SQL["select_held"], {"portfolio_id": portfolio_id, "batch_id": batch_id})
    return Pending(cursor.fetchall)


def exited_by_rule(
    session: Session, portfolio_id: PortfolioId, since: datetime
) -> dict[MarketId, datetime]:
    """When the portfolio's last exit by rule from each market was, if it was after `since`."""
    values = {"portfolio_id": portfolio_id, "since": since}
    return dict(session.execute(SQL["select_exited_by_rule"], values).fetchall())


def save(session: Session, signals: Sequence[Signal], origin: Origin) -> None:
    """Store the signals; one decision a market, action and cycle stays one."""
    rows = json.dumps([_row(signal) for signal in signals], default=str)
    session.execute(SQL["insert_signals"], {**origin._asdict(), "signals": rows})


def _row(signal: Signal) -> dict[str, object]:
    candidate = signal.candidate
    return {
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
        "shares": signal.shares,
    }
