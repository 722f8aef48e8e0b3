"""A portfolio's turn of a cycle: all that it is decided on, read at once; all that came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from prescient.core.execution.account import Account
from prescient.core.execution.orders import Order
from prescient.core.execution.results import Bought, Rejected, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn
from prescient.core.market.books import BookSide
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles, exits, exposures, ledger, orders, portfolios, statements
from prescient.store.cycles import CyclePortfolioRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow

SQL = statements.load(__file__)
LONGEST_MARKET_ID = 200  # characters within a trade's id, which has room for 255


@dataclass(frozen=True, slots=True)
class Waiting:
    """A portfolio whose turn it is, locked: its claim, its open orders and its account."""

    claim: CyclePortfolioRow
    portfolio: PortfolioRow
    orders: list[Order]
    account: Account


def load(session: Session, cycle_id: int, portfolio_id: PortfolioId, now: datetime) -> Waiting:
    """Lock the portfolio and what its orders may move of the shared exposure, and read all of it.

    Raises `PortfolioNotFound`, or `ClaimLost` where the cycle does not run the portfolio, or no
    longer: its lease has run out before the portfolio's turn came.
    """
    locked = portfolios.send_lock(session, portfolio_id)
    claimed = cycles.send_portfolio_result(session, cycle_id, portfolio_id)
    shared = exposures.send_lock_of_orders(session, cycle_id, portfolio_id)
    waiting = orders.send(session, cycle_id, portfolio_id, now)
    held = exposures.send_of_portfolio(session, portfolio_id)
    portfolio, claim = locked.get(), claimed.get()
    cycles.check_claim(claim)
    if claim.executed_at is None:
        cycles.check_lease(claim, now)
    account = Account(
        status=portfolio.status,
        balance=portfolio.current_balance,
        exposures=held.get(),
        shared=shared.get(),
    )
    return Waiting(claim, portfolio, waiting.get(), account)


def save(
    session: Session, claim: CyclePortfolioRow, turn: Turn, rules: Rules, now: datetime
) -> None:
    """Write the results of a loaded turn: for its orders, in the books and for the cycle."""
    _save_exits(session, claim, turn.exits, now)
    _save_fills(session, claim, turn.fills, now)
    _save_taken(session, claim, turn)
    _save_books(session, claim, turn, now)
    _save_rejections(session, claim, turn.rejections)
    cycles.record_executions(
        session,
        claim.cycle_id,
        claim.portfolio_id,
        trades=turn.trades,
        rejections=Counter(rejected.reason.value for rejected in turn.rejections),
        limits=_limits(rules),
        now=now,
    )


def _save_exits(
    session: Session, claim: CyclePortfolioRow, sales: Sequence[Sold], now: datetime
) -> None:
    if not sales:
        return
    exits.record(session, [sold.exit for sold in sales], None, now)
    signal_ids = [sold.order.signal_id for sold in sales]
    values = {"portfolio_id": claim.portfolio_id, "signal_ids": signal_ids, "now": now}
    session.execute(SQL["mark_sold"], values)


def _save_fills(
    session: Session, claim: CyclePortfolioRow, fills: Sequence[Bought], now: datetime
) -> None:
    if not fills:
        return
    rows = json.dumps([_fill_row(claim, bought) for bought in fills], default=str)
    values = {"portfolio_id": claim.portfolio_id, "fills": rows, "now": now}
    session.execute(SQL["insert_fills"], values)


def _save_books(session: Session, claim: CyclePortfolioRow, turn: Turn, now: datetime) -> None:
    """Ledger and exposure, which move once for all that was sold and bought, and the totals."""
    if not turn.trades:
        return
    brought = [exits.entry(sold.exit) for sold in turn.exits]
    paid = [_entry(claim, bought) for bought in turn.fills]
    ledger.post(session, brought + paid, now)
    freed = [exits.freed(sold.exit) for sold in turn.exits]
    taken = [(bought.order.market_id, bought.fill.cost_basis) for bought in turn.fills]
    exposures.move(session, freed + taken)
    portfolios.rewrite_totals(session, [claim.portfolio_id], now)


def _save_taken(session: Session, claim: CyclePortfolioRow, turn: Turn) -> None:
    """Note what is gone for the turns after it, where the cycle shares depth."""
    sold = [_sold(result) for result in turn.exits if result.order.shared_depth]
    bought = [_bought(result) for result in turn.fills if result.order.shared_depth]
    if sold or bought:
        values = {"cycle_id": claim.cycle_id, "taken": json.dumps(sold + bought, default=str)}
        session.execute(SQL["take_depth"], values)


def _sold(sold: Sold) -> dict[str, object]:
    return {
        "market_id": sold.exit.holding.market_id,
        "outcome": sold.exit.holding.outcome,
        "side": BookSide.BIDS,
        "shares": sold.exit.shares,
    }


def _bought(bought: Bought) -> dict[str, object]:
    return {
        "market_id": bought.order.market_id,
        "outcome": bought.order.action.outcome,
        "side": BookSide.ASKS,
        "shares": bought.fill.shares,
    }


def _save_rejections(
    session: Session, claim: CyclePortfolioRow, rejections: Sequence[Rejected]
) -> None:
    if not rejections:
        return
    values = {
        "portfolio_id": claim.portfolio_id,
        "signal_ids": [rejected.order.signal_id for rejected in rejections],
        "rejections": [rejected.reason for rejected in rejections],
    }
    session.execute(SQL["reject_signals"], values)


def _trade_id(claim: CyclePortfolioRow, bought: Bought) -> str:
    """Derived from the decision, so that a decision has one trade, however often it runs."""
    order = bought.order
    return f"{claim.cycle_id}-{claim.portfolio_id}-{_short(order.market_id)}-{order.action}"


def _short(market_id: MarketId) -> str:
    """The id of a market, or a digest in place of one that no trade's id has room for."""
    if len(market_id) <= LONGEST_MARKET_ID:
        return market_id
    return sha256(market_id.encode()).hexdigest()


def _entry(claim: CyclePortfolioRow, bought: Bought) -> ledger.Entry:
    source = f"trade:{_trade_id(claim, bought)}"
    return ledger.Entry(claim.portfolio_id, LedgerKind.BUY, -bought.fill.cost_basis, source)


def _fill_row(claim: CyclePortfolioRow, bought: Bought) -> dict[str, object]:
    return {
        "signal_id": bought.order.signal_id,
        "trade_id": _trade_id(claim, bought),
        "shares": bought.fill.shares,
        "amount": bought.fill.amount,
        "fee": bought.fill.fee,
        "price": bought.fill.price,
        "evidence": bought.fill.evidence,
        "quote_delay_seconds": bought.order.quote_delay.total_seconds(),
        "shared_depth": bought.order.shared_depth,
        "entry_bid": bought.order.bid,
        "stop_loss_bid": bought.triggers.stop_loss_bid,
        "take_profit_bid": bought.triggers.take_profit_bid,
    }


def _limits(rules: Rules) -> dict[str, Decimal | int | None]:
    return {
        "max_position_size": rules.position_limit,
        "max_total_exposure": rules.limits.max_total_exposure,
        "max_event_exposure": rules.max_event_exposure,
        "max_positions": rules.limits.max_positions,
    }
