"""Turns of a cycle: all that they are decided on, read at once; all that came of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from prescient.core.deciding.cycles import CyclePortfolioStatus
from prescient.core.errors import PortfolioNotFound
from prescient.core.execution.account import Exposure, SharedExposure
from prescient.core.execution.results import Bought, Rejected, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.turn import Turn
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.portfolios import Limits, PortfolioId, PortfolioStatus
from prescient.store import cycles, exits, exposures, orders, statements
from prescient.store.database import Session, read_json, write_json
from prescient.store.orders import OrderRow
from prescient.store.rows import array, typed_row

SQL = statements.load(__file__)
LONGEST_MARKET_ID = 200  # characters within a trade's id, which has room for 255


class TraderRow(NamedTuple):
    """A locked portfolio: its claim, and by what its orders execute; cash in dollars.

    Once `executed_at`, `trades` and `rejected` say what came of its turn. What is JSON is read when
    it is asked for; portfolios that share a configuration share its text.
    """

    portfolio_id: PortfolioId
    cycle_id: int
    status: CyclePortfolioStatus
    lease_until: datetime | None
    signals: int
    trades: int
    rejections: str
    executed_at: datetime | None
    portfolio_status: PortfolioStatus
    current_balance: Decimal
    strategy_type: str
    strategy_config: str
    max_position_size: Decimal | None
    max_total_exposure: Decimal | None
    max_positions: int

    @property
    def rejected(self) -> int:
        """How many signals its turn rejected."""
        return sum(read_json(self.rejections).values())

    @property
    def limits(self) -> Limits:
        return Limits(self.max_position_size, self.max_total_exposure, self.max_positions)


class Loaded(NamedTuple):
    """The locked portfolios of a transaction, and what their turns are decided on.

    `traders` are those that the cycle has enrolled, `unknown` those that do not exist.
    """

    cycle_id: int
    traders: Mapping[PortfolioId, TraderRow]
    unknown: Collection[PortfolioId]
    orders: Mapping[PortfolioId, list[OrderRow]]
    exposures: Mapping[PortfolioId, list[Exposure]]
    shared: SharedExposure

    def waiting(self, portfolio_id: PortfolioId, now: datetime) -> TraderRow:
        """The portfolio, whose turn it is, or was.

        Raises `PortfolioNotFound`, or `ClaimLost` where the cycle does not run it, or no longer:
        its lease has run out before the portfolio's turn came.
        """
        if portfolio_id in self.unknown:
            raise PortfolioNotFound(portfolio_id)
        trader = self.traders.get(portfolio_id)
        if trader is None:
            raise cycles.not_enrolled(self.cycle_id, portfolio_id)
        cycles.check_claim(trader)
        if trader.executed_at is None:
            cycles.check_lease(trader, now)
        return trader


class Decided(NamedTuple):
    """A turn with the rules that bound it."""

    trader: TraderRow
    turn: Turn
    rules: Rules


def load(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId], now: datetime
) -> Loaded:
    """Lock the portfolios by id, with what the cycle did for them, and what their orders may move.

    The shared exposure is locked after them; all of it is waited for once.
    """
    values = {"cycle_id": cycle_id, "portfolio_ids": array(portfolio_ids)}
    locked = session.cursor(row_factory=typed_row(TraderRow))
    locked.execute(SQL["lock_traders"], values)
    shared = exposures.send_lock_of_orders(session, cycle_id, portfolio_ids)
    waiting = orders.send(session, cycle_id, portfolio_ids, now)
    held = exposures.send_of_portfolios(session, portfolio_ids)
    traders = {row.portfolio_id: row for row in locked.fetchall()}
    absent = [portfolio_id for portfolio_id in portfolio_ids if portfolio_id not in traders]
    return Loaded(
        cycle_id=cycle_id,
        traders=traders,
        unknown=_unknown(session, absent) if absent else (),
        orders=waiting.get(),
        exposures=held.get(),
        shared=shared.get(),
    )


def _unknown(session: Session, portfolio_ids: Sequence[PortfolioId]) -> Collection[PortfolioId]:
    values = {"portfolio_ids": array(portfolio_ids)}
    known = {portfolio_id for (portfolio_id,) in session.execute(SQL["select_known"], values)}
    return {portfolio_id for portfolio_id in portfolio_ids if portfolio_id not in known}


def save(session: Session, cycle_id: int, decided: Sequence[Decided], now: datetime) -> None:
    """Write the results of turns: for their orders, in the books and for the cycle.

    Each portfolio's turn was decided on what those before it in the sequence left.
    """
    sold = [sold.exit for made in decided for sold in made.turn.exits]
    if sold:
        exits.record(session, sold, None, now)
    written = {
        "cycle_id": cycle_id,
        "results": json.dumps([*_results(decided)], default=str),
        "turns": write_json([_turn(made) for made in decided]),
        "now": now,
    }
    session.execute(SQL["save_turns"], written)
    traders = [made.trader.portfolio_id for made in decided if made.turn.trades]
    if traders:
        session.execute(SQL["settle_turns"], {**written, "traders": array(traders)})


def _turn(made: Decided) -> dict[str, object]:
    """What the cycle remembers of a turn, and the portfolio's cash after it."""
    turn, rules = made.turn, made.rules
    rejected = turn.rejections
    limits = {
        "max_position_size": rules.position_limit,
        "max_total_exposure": rules.limits.max_total_exposure,
        "max_event_exposure": rules.max_event_exposure,
        "max_positions": rules.limits.max_positions,
    }
    return {
        "portfolio_id": made.trader.portfolio_id,
        "trades": len(turn.results) - len(rejected),
        "fills": len(turn.fills),
        "balance": str(turn.account.balance),
        "rejections": Counter([result.reason for result in rejected]) if rejected else {},
        "limits": limits,
    }


def _results(decided: Iterable[Decided]) -> Iterator[dict[str, object]]:
    """What came of each signal; of one that executed, what it moved too."""
    for made in decided:
        for result in made.turn.results:
            match result:
                case Bought():
                    yield _bought(made.trader, result)
                case Sold():
                    yield _sold(result)
                case Rejected():
                    yield _rejected(made.trader, result)


def _rejected(trader: TraderRow, rejected: Rejected) -> dict[str, object]:
    return {
        "portfolio_id": trader.portfolio_id,
        "signal_id": rejected.order.signal_id,
        "rejection": rejected.reason,
    }


def _sold(sold: Sold) -> dict[str, object]:
    made = sold.exit
    return {
        "portfolio_id": made.holding.portfolio_id,
        "signal_id": sold.order.signal_id,
        "kind": LedgerKind(made.kind),
        "cash": made.cash,
        "source": made.source,
        "cost_basis": -made.cost_basis,
        "moved": made.shares,
        "shared_depth": sold.order.shared_depth,
    }


def _bought(trader: TraderRow, bought: Bought) -> dict[str, object]:
    order, fill, trade_id = bought.order, bought.fill, _trade_id(trader, bought)
    return {
        "portfolio_id": trader.portfolio_id,
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


def _trade_id(trader: TraderRow, bought: Bought) -> str:
    """Derived from the decision, so that a decision has one trade, however often it runs."""
    order = bought.order
    return f"{trader.cycle_id}-{trader.portfolio_id}-{_short(order.market_id)}-{order.action}"


def _short(market_id: MarketId) -> str:
    """The id of a market, or a digest in place of one that no trade's id has room for."""
    if len(market_id) <= LONGEST_MARKET_ID:
        return market_id
    return sha256(market_id.encode()).hexdigest()
