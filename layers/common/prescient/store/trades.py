"""Trades: the account that orders execute against, and the fills that came of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from prescient.core.execution.buys import Account, Order, Rejection
from prescient.core.market.fills import Fill
from prescient.core.market.markets import EventId
from prescient.core.money import ZERO
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.portfolios import PortfolioId, PortfolioStatus
from prescient.core.portfolio.positions import Action
from prescient.store import exposures, ledger, statements
from prescient.store.database import Session
from prescient.store.exposures import Exposure
from prescient.store.portfolios import PortfolioRow

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A filled order with what its position needs; `trade_id` is derived from the decision."""

    order: Order
    fill: Fill
    trade_id: str
    triggers: Triggers


def account(
    session: Session, portfolio: PortfolioRow, sold: Decimal, shared: Callable[[], Exposure]
) -> Account:
    """The locked portfolio's account, beside the locked exposure over all portfolios.

    Dollars that were `sold` for since the portfolio was read are cash too.
    """
    values = {"portfolio_id": portfolio.portfolio_id}
    rows = session.execute(SQL["select_exposure_of_portfolio"], values).fetchall()
    over_all = shared()
    by_event: defaultdict[EventId, Decimal] = defaultdict(lambda: ZERO)
    for _, event_id, _, cost_basis in rows:
        if event_id is not None:
            by_event[event_id] += cost_basis
    return Account(
        status=PortfolioStatus(portfolio.status),
        balance=portfolio.current_balance + sold,
        invested=sum((cost_basis for *_, cost_basis in rows), ZERO),
        open_positions=len(rows),
        held={(market_id, Action(action)) for market_id, _, action, _ in rows},
        event_exposure=by_event,
        market_exposure=defaultdict(lambda: ZERO, over_all.by_market),
        capital_in_use=over_all.capital,
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
        ledger.Entry(portfolio_id, LedgerKind.BUY, -one.fill.cost_basis, f"trade:{one.trade_id}")
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


def mark_sold(
    session: Session, portfolio_id: PortfolioId, signal_ids: Sequence[int], now: datetime
) -> None:
    """Mark sell signals as executed; what they sold is in `position_exits`."""
    values = {"portfolio_id": portfolio_id, "signal_ids": list(signal_ids), "now": now}
    session.execute(SQL["mark_sold"], values)


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
