"""Trades: a portfolio's orders of one cycle, and the fills that came of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from psycopg.rows import class_row

from prescient.core.execution import Account, Order, Rejection
from prescient.core.exits import Triggers
from prescient.core.fills import Fill, offers
from prescient.core.markets import ONE, ZERO, EventId, FeeSchedule, MarketId, Outcome
from prescient.core.portfolios import PortfolioId, PortfolioStatus
from prescient.core.positions import Action
from prescient.store import exposures, ledger, statements
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow
from prescient.store.tape import quote

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OrderRow:
    signal_id: int
    market_id: MarketId
    event_id: EventId | None
    action: str
    target_price: Decimal
    amount: Decimal
    confidence: Decimal
    liquidity: Decimal
    best_bid: Decimal | None
    best_ask: Decimal | None
    mark: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal
    open: bool
    quote_age: timedelta


@dataclass(frozen=True, slots=True)
class Purchase:
    """A filled order with what its position needs; `trade_id` is derived from the decision."""

    order: Order
    fill: Fill
    trade_id: str
    triggers: Triggers


def orders(session: Session, cycle_id: int, portfolio_id: PortfolioId) -> list[Order]:
    """The cycle's signals that are neither executed nor rejected, at the batch's quotes."""
    values = {"cycle_id": cycle_id, "portfolio_id": portfolio_id}
    with session.cursor(row_factory=class_row(_OrderRow)) as cursor:
        return [_order(row) for row in cursor.execute(SQL["select_orders"], values)]


def account(session: Session, portfolio: PortfolioRow, market_ids: Iterable[MarketId]) -> Account:
    """The locked portfolio's account; locks the exposure of `market_ids` and the capital row."""
    values = {"portfolio_id": portfolio.portfolio_id}
    rows = session.execute(SQL["select_exposure_of_portfolio"], values).fetchall()
    shared = exposures.lock(session, market_ids)
    by_event: defaultdict[EventId, Decimal] = defaultdict(lambda: ZERO)
    for _, event_id, _, cost_basis in rows:
        if event_id is not None:
            by_event[event_id] += cost_basis
    return Account(
        status=PortfolioStatus(portfolio.status),
        balance=portfolio.current_balance,
        invested=sum((cost_basis for *_, cost_basis in rows), ZERO),
        open_positions=len(rows),
        held={(market_id, Action(action)) for market_id, _, action, _ in rows},
        event_exposure=by_event,
        market_exposure=defaultdict(lambda: ZERO, shared.by_market),
        capital_in_use=shared.capital,
    )


def save_purchases(
    session: Session, portfolio_id: PortfolioId, purchases: Sequence[Purchase], now: datetime
) -> None:
    """Write trades, positions, ledger and exposure of the fills, and mark their signals."""
    values = {
        "portfolio_id": portfolio_id,
        "fills": json.dumps([_fill_row(purchase) for purchase in purchases], default=str),
        "now": now,
    }
    session.execute(SQL["insert_fills"], values)
    entries = [
        ledger.Entry(portfolio_id, "buy", -one.fill.cost_basis, f"trade:{one.trade_id}")
        for one in purchases
    ]
    ledger.post(session, entries, now)
    exposures.move(session, [(one.order.market_id, one.fill.cost_basis) for one in purchases])


def reject(
    session: Session, portfolio_id: PortfolioId, rejections: Mapping[int, Rejection]
) -> None:
    """Note on each signal (by id) why it did not execute."""
    values = {
        "portfolio_id": portfolio_id,
        "signal_ids": list(rejections),
        "rejections": list(rejections.values()),
    }
    session.execute(SQL["reject_signals"], values)


def _order(row: _OrderRow) -> Order:
    action = Action(row.action)
    outcome_quote, mark = quote(row.best_bid, row.best_ask), row.mark
    if action.outcome is Outcome.NO:
        outcome_quote = outcome_quote.complement() if outcome_quote else None
        mark = ONE - mark
    return Order(
        signal_id=row.signal_id,
        market_id=row.market_id,
        event_id=row.event_id,
        action=action,
        target_price=row.target_price,
        budget=row.amount,
        confidence=row.confidence,
        liquidity=row.liquidity,
        available=offers(outcome_quote, mark, row.liquidity),
        bid=outcome_quote.bid if outcome_quote else ZERO,
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        open=row.open,
        quote_age=row.quote_age,
    )


def _fill_row(purchase: Purchase) -> dict[str, object]:
    return {
        "signal_id": purchase.order.signal_id,
        "trade_id": purchase.trade_id,
        "shares": purchase.fill.shares,
        "amount": purchase.fill.amount,
        "fee": purchase.fill.fee,
        "price": purchase.fill.price,
        "evidence": purchase.fill.evidence,
        "quote_delay_seconds": purchase.order.quote_age.total_seconds(),
        "entry_bid": purchase.order.bid,
        "stop_loss_bid": purchase.triggers.stop_loss_bid,
        "take_profit_bid": purchase.triggers.take_profit_bid,
    }
