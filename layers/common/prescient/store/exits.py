"""Exits: which positions may be due, and what closing them writes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from psycopg.rows import scalar_row

from prescient.core.market.bids import Bids, bids
from prescient.core.market.markets import FeeSchedule, MarketId, Quote
from prescient.core.portfolio.cash import LedgerKind
from prescient.core.portfolio.exits import HeldOutcome, PricedHolding, Triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, ByHand, Exit, Holding, PositionFlag
from prescient.core.portfolio.trading_record import TradingRecord
from prescient.store import exposures, ledger, portfolios, statements
from prescient.store.books import sale_bids
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.quotes import quote as quote_of
from prescient.store.rows import fetch

SQL = statements.load(__file__)
_OUTCOMES = {action.value: action.outcome for action in Action}


class _PricedRow(NamedTuple):
    position_id: int
    portfolio_id: PortfolioId
    market_id: MarketId
    action: Action
    shares: Decimal
    cost_basis: Decimal
    stop_loss_bid: Decimal | None
    take_profit_bid: Decimal | None
    best_bid: Decimal | None
    best_ask: Decimal | None
    liquidity: Decimal
    yes_payout: Decimal | None
    tradable: bool
    bids: str | None
    asks: str | None
    fee_rate: Decimal
    fee_exponent: Decimal


def send_held_outcomes(session: Session) -> Pending[list[HeldOutcome]]:
    """Ask what the open positions of all portfolios hold, by market and side."""
    asked = session.execute(SQL["select_held_outcomes"])
    return Pending(
        lambda: [
            HeldOutcome(market_id, _OUTCOMES[action], Triggers(stop_loss_bid, take_profit_bid))
            for market_id, action, stop_loss_bid, take_profit_bid in asked.fetchall()
        ]
    )


def priced(
    session: Session,
    batch_id: int,
    market_ids: Collection[MarketId],
    portfolio_ids: Sequence[PortfolioId],
) -> list[PricedHolding]:
    """The open positions in these markets at what the batch saw of them, by portfolio and id.

    Left out are markets that the batch did not see or another one has seen since, and positions of
    open markets that were sold of since. The portfolios, of which all others are left out too, are
    locked.
    """
    if not market_ids:
        return []
    values = {
        "batch_id": batch_id,
        "market_ids": sorted(market_ids),
        "portfolio_ids": list(portfolio_ids),
    }
    return [_priced(row) for row in fetch(session, _PricedRow, SQL["select_priced"], values)]


def save(session: Session, exits: Sequence[Exit], batch_id: int | None, now: datetime) -> None:
    """Write the exits of locked portfolios: positions, trades, ledger, exposure and totals."""
    if not exits:
        return
    exposures.lock(session, [sold.holding.market_id for sold in exits])
    record(session, exits, batch_id, now)
    ledger.post(session, [entry(sold) for sold in exits], now)
    exposures.move(session, [freed(sold) for sold in exits])
    owners = sorted({PortfolioId(sold.holding.portfolio_id) for sold in exits})
    portfolios.rewrite_totals(session, owners, now)


def record(session: Session, exits: Sequence[Exit], batch_id: int | None, now: datetime) -> None:
    """Write what exits change of positions, trades and trading records, but no money."""
    rows = json.dumps([_row(sold) for sold in exits], default=str)
    session.execute(SQL["insert_exits"], {"exits": rows, "batch_id": batch_id, "now": now})
    position_ids = [sold.holding.position_id for sold in exits]
    session.execute(SQL["follow_positions"], {"position_ids": position_ids})
    session.execute(SQL["add_realized"], _results(exits))
    _update_records(session, position_ids)


def entry(sold: Exit) -> ledger.Entry:
    """The cash that an exit brings."""
    owner = PortfolioId(sold.holding.portfolio_id)
    return ledger.Entry(owner, LedgerKind(sold.kind), sold.cash, sold.source)


def freed(sold: Exit) -> tuple[MarketId, Decimal]:
    """The exposure (dollars, negative) that an exit takes out of its market."""
    return sold.holding.market_id, -sold.cost_basis


def send_flags(session: Session, flags: Mapping[MarketId, PositionFlag]) -> Pending[int]:
    """Flag the open positions, those of `flags` by market; the answer is how many have a flag."""
    values = {"market_ids": list(flags), "flags": list(flags.values())}
    cursor = session.cursor(row_factory=scalar_row)
    cursor.execute(SQL["flag_positions"], values)
    return Pending(lambda: int(cursor.fetchone() or 0))


def _update_records(session: Session, position_ids: Sequence[int]) -> None:
    """Carry the records of the portfolios on with the positions that are closed now."""
    values = {"position_ids": list(position_ids)}
    closings = session.execute(SQL["select_closed"], values)
    owners = session.execute(SQL["select_records"], values)
    closed: defaultdict[int, list[Decimal]] = defaultdict(list)
    for portfolio_id, pnl in closings:
        closed[portfolio_id].append(pnl)
    records = [
        _record_row(portfolio_id, TradingRecord(*counts).after(closed[portfolio_id]))
        for portfolio_id, *counts in owners
    ]
    session.execute(SQL["update_records"], {"records": json.dumps(records, default=str)})


def _record_row(portfolio_id: int, record: TradingRecord) -> dict[str, object]:
    return {"portfolio_id": portfolio_id, "average_pnl": record.average_pnl, **record._asdict()}


def _priced(row: _PricedRow) -> PricedHolding:
    outcome = row.action.outcome
    holding = Holding(
        position_id=row.position_id,
        portfolio_id=row.portfolio_id,
        market_id=row.market_id,
        outcome=outcome,
        shares=row.shares,
        cost_basis=row.cost_basis,
    )
    listed = quote_of(row.best_bid, row.best_ask)
    quote = listed and listed.of(outcome)
    return PricedHolding(
        holding=holding,
        triggers=Triggers(row.stop_loss_bid, row.take_profit_bid),
        quote=quote,
        bids=_bids(row, quote),
        yes_payout=row.yes_payout,
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        tradable=row.tradable,
    )


def _bids(row: _PricedRow, quote: Quote | None) -> Bids:
    found = sale_bids(row.bids, row.asks, row.shares)
    return bids(quote, row.liquidity) if found is None else found


def _row(sold: Exit) -> dict[str, object]:
    return {
        "portfolio_id": sold.holding.portfolio_id,
        "position_id": sold.holding.position_id,
        "kind": sold.kind,
        "shares": sold.shares,
        "price": sold.price,
        "proceeds": sold.proceeds,
        "fee": sold.fee,
        "cost_basis": sold.cost_basis,
        "realized_pnl": sold.realized_pnl,
        "evidence": sold.evidence,
        "source": sold.source,
        **_by_hand(sold.by_hand),
    }


def _by_hand(made: ByHand | None) -> dict[str, object]:
    if made is None:
        return {}
    return {
        "ordered_by": made.ordered_by,
        "reason": made.reason,
        "quoted_at": made.quoted_at,
        "matches": [[str(price), str(shares)] for price, shares in made.matches] or None,
    }


def _results(exits: Sequence[Exit]) -> dict[str, object]:
    return {
        "portfolio_ids": [sold.holding.portfolio_id for sold in exits],
        "realized_pnls": [sold.realized_pnl for sold in exits],
    }
