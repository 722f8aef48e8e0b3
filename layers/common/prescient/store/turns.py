"""Turns of a cycle: all that they are decided on, read at once; all that came of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from psycopg.types.json import Jsonb

from prescient.core.errors import PortfolioNotFound
from prescient.core.execution.account import Exposure, SharedExposure
from prescient.core.execution.results import Bought, Rejected, Result, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import Limits, PortfolioId, PortfolioStatus
from prescient.store import cycles, exits, exposures, orders, portfolios, statements
from prescient.store.cycles import CyclePortfolioRow, PortfolioResults
from prescient.store.database import Session
from prescient.store.orders import OrderRow
from prescient.store.rows import typed_row

SQL = statements.load(__file__)
LONGEST_MARKET_ID = 200  # characters within a trade's id, which has room for 255


class TraderRow(NamedTuple):
    """A portfolio as its orders execute: cash in dollars, strategy and limits."""

    portfolio_id: PortfolioId
    status: PortfolioStatus
    current_balance: Decimal
    strategy_type: str
    strategy_config: Mapping[str, object]
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int

    @property
    def limits(self) -> Limits:
        return Limits(self.max_position_size, self.max_total_exposure, self.max_positions)


class Waiting(NamedTuple):
    """A locked portfolio whose turn it is, or was: then its claim says what came of it."""

    claim: CyclePortfolioRow
    portfolio: TraderRow


class Locked(NamedTuple):
    """The portfolios of a transaction that exist, and what the cycle did for them."""

    portfolios: Mapping[PortfolioId, TraderRow]
    claims: PortfolioResults

    def waiting(self, portfolio_id: PortfolioId, now: datetime) -> Waiting:
        """The portfolio with its claim.

        Raises `PortfolioNotFound`, or `ClaimLost` where the cycle does not run the portfolio, or no
        longer: its lease has run out before the portfolio's turn came.
        """
        if portfolio_id not in self.portfolios:
            raise PortfolioNotFound(portfolio_id)
        claim = self.claims.of(portfolio_id)
        cycles.check_claim(claim)
        if claim.executed_at is None:
            cycles.check_lease(claim, now)
        return Waiting(claim, self.portfolios[portfolio_id])


class Loaded(NamedTuple):
    """What the turns of a transaction are decided on beside their portfolios."""

    orders: Mapping[PortfolioId, list[OrderRow]]
    exposures: Mapping[PortfolioId, list[Exposure]]
    shared: SharedExposure


class Decided(NamedTuple):
    """A turn with the rules that bound it."""

    claim: CyclePortfolioRow
    turn: Turn
    rules: Rules


def lock(session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId]) -> Locked:
    """Lock the portfolios by id, and read what the cycle did for them."""
    cursor = session.cursor(row_factory=typed_row(TraderRow))
    cursor.execute(SQL["lock_traders"], {"portfolio_ids": portfolio_ids})
    claims = cycles.send_portfolio_results(session, cycle_id, portfolio_ids)
    return Locked({row.portfolio_id: row for row in cursor.fetchall()}, claims.get())


def load(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId], now: datetime
) -> Loaded:
    """Lock what orders of locked portfolios may move of the shared exposure, and read all of it."""
    shared = exposures.send_lock_of_orders(session, cycle_id, portfolio_ids)
    waiting = orders.send(session, cycle_id, portfolio_ids, now)
    held = exposures.send_of_portfolios(session, portfolio_ids)
    return Loaded(orders=waiting.get(), exposures=held.get(), shared=shared.get())


def save(session: Session, cycle_id: int, decided: Sequence[Decided], now: datetime) -> None:
    """Write the results of turns: for their orders, in the books and for the cycle.

    Each portfolio's turn was decided on what those before it in the sequence left.
    """
    sold = [sold.exit for made in decided for sold in made.turn.exits]
    if sold:
        exits.record(session, sold, None, now)
    results = [
        {"portfolio_id": made.claim.portfolio_id, **_result(made.claim, result)}
        for made in decided
        for result in made.turn.results
    ]
    if results:
        written = {
            "cycle_id": cycle_id,
            "results": json.dumps(results, default=str),
            "now": now,
        }
        session.execute(SQL["save_turns"], written)
    noted = {"cycle_id": cycle_id, "turns": Jsonb([_turn(made) for made in decided]), "now": now}
    session.execute(SQL["record_turns"], noted)
    traders = [made.claim.portfolio_id for made in decided if made.turn.trades]
    if traders:
        portfolios.rewrite_totals(session, traders, now)


def _turn(made: Decided) -> dict[str, object]:
    """What the cycle remembers of a turn."""
    rules = made.rules
    limits = {
        "max_position_size": rules.position_limit,
        "max_total_exposure": rules.limits.max_total_exposure,
        "max_event_exposure": rules.max_event_exposure,
        "max_positions": rules.limits.max_positions,
    }
    return {
        "portfolio_id": made.claim.portfolio_id,
        "trades": made.turn.trades,
        "rejections": Counter(rejected.reason.value for rejected in made.turn.rejections),
        "limits": limits,
    }


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
