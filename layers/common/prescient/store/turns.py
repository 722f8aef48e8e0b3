"""A portfolio's turn of a cycle: all that it is decided on, read at once; all that came of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from psycopg.types.json import Jsonb

from prescient.core.execution.account import Account
from prescient.core.execution.orders import Order
from prescient.core.execution.results import Bought, Rejected, Result, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles, exits, exposures, orders, portfolios, statements
from prescient.store.cycles import CyclePortfolioRow
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow

SQL = statements.load(__file__)
LONGEST_MARKET_ID = 200  # characters within a trade's id, which has room for 255


class Waiting(NamedTuple):
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
    if turn.exits:
        exits.record(session, [sold.exit for sold in turn.exits], None, now)
    results = [_result(claim, result) for result in turn.results]
    rejections = Counter(rejected.reason.value for rejected in turn.rejections)
    values = {
        "cycle_id": claim.cycle_id,
        "portfolio_id": claim.portfolio_id,
        "results": json.dumps(results, default=str),
        "trades": turn.trades,
        "rejections": Jsonb(rejections),
        "limits": Jsonb(_limits(rules)),
        "now": now,
    }
    session.execute(SQL["save_turn"], values)
    if turn.trades:
        portfolios.rewrite_totals(session, [claim.portfolio_id], now)


def _result(claim: CyclePortfolioRow, result: Result) -> dict[str, object]:
    """What came of a signal; of one that executed, what it moved too."""
    match result:
        case Bought():
            return _bought(claim, result)
        case Sold():
            return _sold(result)
        case Rejected():
            return {"signal_id": result.order.signal_id, "rejection": result.reason}


def _sold(sold: Sold) -> dict[str, object]:
    made = sold.exit
    return {
        "signal_id": sold.order.signal_id,
        "kind": LedgerKind(made.kind),
        "cash": made.cash,
        "source": made.source,
        "cost_basis": -made.cost_basis,
        "moved": made.shares,
        "shared_depth": sold.order.shared_depth,
    }


def _bought(claim: CyclePortfolioRow, bought: Bought) -> dict[str, object]:
    order, fill, trade_id = bought.order, bought.fill, _trade_id(claim, bought)
    return {
        "signal_id": order.signal_id,
        "kind": LedgerKind.BUY,
        "cash": -fill.cost_basis,
        "source": f"trade:{trade_id}",
        "cost_basis": fill.cost_basis,
        "moved": fill.shares,
        "shared_depth": order.shared_depth,
        "trade_id": trade_id,
        "paid": fill.amount,
        "fee": fill.fee,
        "price": fill.price,
        "evidence": fill.evidence,
        "quote_delay": order.quote_delay.total_seconds(),
        "entry_bid": order.bid,
        "stop": bought.triggers.stop_loss_bid,
        "take": bought.triggers.take_profit_bid,
    }


def _trade_id(claim: CyclePortfolioRow, bought: Bought) -> str:
    """Derived from the decision, so that a decision has one trade, however often it runs."""
    order = bought.order
    return f"{claim.cycle_id}-{claim.portfolio_id}-{_short(order.market_id)}-{order.action}"


def _short(market_id: MarketId) -> str:
    """The id of a market, or a digest in place of one that no trade's id has room for."""
    if len(market_id) <= LONGEST_MARKET_ID:
        return market_id
    return sha256(market_id.encode()).hexdigest()


def _limits(rules: Rules) -> dict[str, Decimal | int | None]:
    return {
        "max_position_size": rules.position_limit,
        "max_total_exposure": rules.limits.max_total_exposure,
        "max_event_exposure": rules.max_event_exposure,
        "max_positions": rules.limits.max_positions,
    }
