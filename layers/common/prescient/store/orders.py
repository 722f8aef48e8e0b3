"""A cycle's signals as orders: each with its quotes of the batch and anything newer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.execution.orders import BuyOrder, Order, SellOrder
from prescient.core.execution.passing import TakenDepth
from prescient.core.market.bids import Bids, bids
from prescient.core.market.fills import (
    Offers,
    highest_price,
    lowest_price,
    offers,
    offers_in_reach,
)
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Outcome, Quote
from prescient.core.market.settlement import is_pending
from prescient.core.money import ONE, ZERO
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.portfolio.positions import Action, Holding
from prescient.store import statements
from prescient.store.books import best_price, levels, sale_bids
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.quotes import quote
from prescient.store.rows import array, typed_row

SQL = statements.load(__file__)


class OrderRow(NamedTuple):
    """An open signal of a portfolio with its market; `orders_of` makes an order of it."""

    portfolio_id: PortfolioId
    signal_id: int
    market_id: MarketId
    event_id: EventId | None
    action: Action
    target_price: Decimal
    amount: Decimal
    shares: Decimal | None
    group_id: str | None
    confidence: Decimal
    liquidity: Decimal
    best_bid: Decimal | None
    best_ask: Decimal | None
    mark: Decimal
    bids: str | None
    asks: str | None
    tick_size: Decimal
    fee_rate: Decimal
    fee_exponent: Decimal
    open: bool
    resolution_status: str | None
    latest_resolution_status: str | None
    identity_changed: bool
    quote_age: timedelta
    quote_delay: timedelta
    time_to_end: timedelta | None
    shared_depth: bool
    taken_shares: Decimal
    position_id: int | None
    held_shares: Decimal | None
    cost_basis: Decimal | None


def send(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId], now: datetime
) -> Pending[Mapping[PortfolioId, list[OrderRow]]]:
    """Read which of the cycle's signals are neither executed nor rejected, by id, as of `now`.

    Where the cycle shares depth, their markets' exposure must be locked: what the turns before
    have taken is then settled.
    """
    values = {"cycle_id": cycle_id, "portfolio_ids": array(portfolio_ids), "now": now}
    cursor = session.cursor(row_factory=typed_row(OrderRow))
    cursor.execute(SQL["select_orders"], values)
    return Pending(lambda: _by_portfolio(cursor.fetchall()))


def _by_portfolio(rows: Sequence[OrderRow]) -> Mapping[PortfolioId, list[OrderRow]]:
    found: defaultdict[PortfolioId, list[OrderRow]] = defaultdict(list)
    for row in rows:
        found[row.portfolio_id].append(row)
    return found


def orders_of(
    rows: Sequence[OrderRow], taken: TakenDepth, max_slippage: Decimal
) -> Iterator[Order]:
    """The orders of these signals, once `taken` is gone from the books as well.

    Books are read up to the worst price that `max_slippage` (a difference of prices 0–1) allows.
    A sale of what is no longer held is none.
    """
    for row in [_less(taken, row) for row in rows] if taken else rows:
        if row.action.is_buy:
            yield _buy(row, max_slippage)
        elif (holding := _holding(row)) is not None:
            yield _sell(row, holding, max_slippage)


def _less(taken: TakenDepth, row: OrderRow) -> OrderRow:
    """The row once `taken` is gone from its book as well."""
    gone = taken.get((row.market_id, row.action))
    return row._replace(taken_shares=row.taken_shares + gone) if gone else row


def _buy(row: OrderRow, max_slippage: Decimal) -> BuyOrder:
    action = row.action
    bid, available = _offered(row, highest_price(row.target_price, max_slippage))
    return BuyOrder(
        signal_id=row.signal_id,
        market_id=row.market_id,
        event_id=row.event_id,
        action=action,
        target_price=row.target_price,
        budget=row.amount,
        confidence=row.confidence,
        liquidity=row.liquidity,
        available=available,
        bid=bid,
        tick_size=row.tick_size,
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        open=row.open,
        quote_age=row.quote_age,
        quote_delay=row.quote_delay,
        time_to_end=row.time_to_end,
        shares=row.shares,
        group_id=row.group_id,
        outcome_proposed=is_pending(row.resolution_status)
        or is_pending(row.latest_resolution_status),
        identity_changed=row.identity_changed,
        shared_depth=row.shared_depth,
    )


def _holding(row: OrderRow) -> Holding | None:
    """What a sell signal sells: None where it is held no longer, or its shares are unknown."""
    if row.position_id is None or row.held_shares is None or row.cost_basis is None:
        return None
    return Holding(
        position_id=row.position_id,
        portfolio_id=row.portfolio_id,
        market_id=row.market_id,
        outcome=row.action.outcome,
        shares=row.held_shares,
        cost_basis=row.cost_basis,
    )


def _sell(row: OrderRow, holding: Holding, max_slippage: Decimal) -> SellOrder:
    return SellOrder(
        signal_id=row.signal_id,
        holding=holding,
        shares=row.shares or holding.shares,
        target_price=row.target_price,
        bids=_wanted(row, holding, lowest_price(row.target_price, max_slippage)),
        fee=FeeSchedule(row.fee_rate, row.fee_exponent),
        open=row.open,
        quote_age=row.quote_age,
        identity_changed=row.identity_changed,
        quote_delay=row.quote_delay,
        shared_depth=row.shared_depth,
    )


def _offered(row: OrderRow, limit_price: Decimal) -> tuple[Decimal, Offers]:
    """The best bid and the offers of the outcome: those of its own book, else as it is listed."""
    if row.bids is not None and row.asks is not None:
        bid = best_price(row.bids, ZERO)
        return bid, offers_in_reach(levels(row.asks), row.taken_shares, limit_price)
    outcome = row.action.outcome
    listed = _listed(row, outcome)
    mark = row.mark if outcome is Outcome.YES else ONE - row.mark
    offered = offers(listed, mark, row.liquidity).beyond(row.taken_shares)
    return listed.bid if listed else ZERO, offered


def _wanted(row: OrderRow, holding: Holding, limit_price: Decimal) -> Bids:
    """What is bid for the outcome in its own book, else as it is listed."""
    found = sale_bids(
        row.bids, row.asks, holding.shares, taken=row.taken_shares, limit_price=limit_price
    )
    if found is None:
        return bids(_listed(row, holding.outcome), row.liquidity).beyond(row.taken_shares)
    return found


def _listed(row: OrderRow, outcome: Outcome) -> Quote | None:
    found = quote(row.best_bid, row.best_ask)
    return found and found.of(outcome)
