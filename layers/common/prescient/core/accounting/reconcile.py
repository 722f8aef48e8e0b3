"""The invariants of docs/accounting.md, as pure functions over what is stored.

Every number is rebuilt from the ledger, the trades, the exits and the marks, and compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from prescient.core.accounting.books_as_stored import (
    Books,
    ExitRecord,
    PositionRecord,
    TradeRecord,
)
from prescient.core.accounting.findings import Break, compare
from prescient.core.accounting.high_water import least, most
from prescient.core.accounting.valuation import valuation
from prescient.core.money import ZERO
from prescient.core.portfolio.cash import FLOWS
from prescient.core.portfolio.positions import PositionStatus, sold_basis
from prescient.core.portfolio.trading_record import TradingRecord


def breaks(books: Books) -> list[Break]:
    """What breaks an invariant in one portfolio; empty when every number can be rebuilt."""
    found = (
        *_cash(books), *_positions(books), *_limits(books), *_totals(books), *_trading(books),
        *_high_water(books), *_guarded_peaks(books),
    )  # fmt: skip
    portfolio = f"portfolio {books.portfolio_id}"
    return [replace(broken, subject=f"{portfolio} {broken.subject}".strip()) for broken in found]


def _cash(books: Books) -> Iterator[Break]:
    balance = books.totals.initial_balance
    for entry in books.ledger:
        balance += entry.amount
        subject = f"ledger entry {entry.entry_no}"
        rule = "1: balance after an entry = initial balance + the ledger so far"
        yield from compare(rule, entry.balance_after, balance, subject)
        if balance < ZERO:
            yield Break("1: the balance is never negative", subject, str(balance), "0.00 or more")
    rule = "1: current_balance = initial_balance + ledger"
    yield from compare(rule, books.totals.current_balance, balance)
    yield from _sources(books)


def _sources(books: Books) -> Iterator[Break]:
    """Each trade and each exit moved cash once, by its own amount."""
    held = {position.trade_id for position in books.positions}
    expected = {
        trade.source: -trade.cost_basis
        for trade in books.trades
        if not trade.inherited or trade.trade_id in held
    }
    expected |= {gone.source: gone.proceeds - gone.fee for gone in books.exits}
    posted = {entry.source: entry.amount for entry in books.ledger if entry.kind not in FLOWS}
    for source in sorted(expected.keys() | posted.keys()):
        yield from compare(
            "1: each fill and exit has its ledger entry",
            posted.get(source),
            expected.get(source),
            source,
        )


def _positions(books: Books) -> Iterator[Break]:
    opened = Counter(position.trade_id for position in books.positions)
    for trade in books.trades:
        if trade.inherited:
            continue
        subject = f"trade {trade.trade_id}"
        yield from compare("3: a trade has one signal", trade.signals, 1, subject)
        yield from compare("3: a trade has one position", opened[trade.trade_id], 1, subject)
    left: defaultdict[int, list[ExitRecord]] = defaultdict(list)
    for gone in books.exits:
        left[gone.position_id].append(gone)
    costs = {trade.trade_id: trade.cost_basis for trade in books.trades}
    for position in books.positions:
        yield from _position(position, left[position.position_id], costs.get(position.trade_id))
    yield from _trades(books)


def _trades(books: Books) -> Iterator[Break]:
    """A position starts as its trade bought it, and the trade follows what becomes of it."""
    positions = {position.trade_id: position for position in books.positions}
    for trade in books.trades:
        if (position := positions.get(trade.trade_id)) is None:
            continue
        subject = f"trade {trade.trade_id}"
        status, pnl = position.status, position.realized_pnl
        yield from compare(
            "6: a position's bought shares are its trade's",
            position.bought_shares,
            trade.shares,
            f"position {position.position_id}",
        )
        yield from compare("6: a trade's status is its position's", trade.status, status, subject)
        yield from compare("6: a trade's P&L is its position's", trade.realized_pnl, pnl, subject)


def _position(
    position: PositionRecord, left: Sequence[ExitRecord], cost: Decimal | None
) -> Iterator[Break]:
    subject = f"position {position.position_id}"
    if position.bought_shares is not None:
        held = position.bought_shares - sum((gone.shares for gone in left), ZERO)
        yield from compare("3: shares = bought − exits", position.shares, held, subject)
        status = PositionStatus.OPEN if held > ZERO else PositionStatus.CLOSED
        yield from compare("6: open while shares are held", position.status, status, subject)
    if cost is not None:
        basis = cost - sum((gone.cost_basis for gone in left), ZERO)
        yield from compare("6: cost basis = cost − exits", position.cost_basis, basis, subject)
        yield from _bases(position, left, cost)
    realized = sum((gone.realized_pnl for gone in left), ZERO)
    yield from compare("6: realized P&L = its exits", position.realized_pnl, realized, subject)


def _bases(position: PositionRecord, left: Sequence[ExitRecord], cost: Decimal) -> Iterator[Break]:
    """Each exit took the part of the basis that its part of the shares is."""
    shares = position.bought_shares
    for gone in left:
        if shares is None or gone.shares > shares:
            return
        basis = sold_basis(cost, shares, gone.shares)
        rule = "6: cost basis of an exit = its part of the position"
        yield from compare(rule, gone.cost_basis, basis, gone.source)
        shares, cost = shares - gone.shares, cost - gone.cost_basis


def _limits(books: Books) -> Iterator[Break]:
    """Invariant 4, replayed in the ledger's order, which is that of the commits."""
    trades = {trade.source: trade for trade in books.trades}
    exits = {gone.source: gone for gone in books.exits}
    trade_ids = {position.position_id: position.trade_id for position in books.positions}
    by_id = {trade.trade_id: trade for trade in books.trades}
    held: dict[str, Decimal] = {}
    for entry in books.ledger:
        if (trade := trades.get(entry.source)) is not None:
            held[trade.trade_id] = trade.cost_basis
            yield from _limits_at(trade, held, by_id)
        elif (gone := exits.get(entry.source)) is not None:
            trade_id = trade_ids[gone.position_id]
            held[trade_id] = held.get(trade_id, ZERO) - gone.cost_basis
            if held[trade_id] <= ZERO:
                del held[trade_id]


def _limits_at(
    trade: TradeRecord, held: Mapping[str, Decimal], by_id: Mapping[str, TradeRecord]
) -> Iterator[Break]:
    event = sum(
        (held[trade_id] for trade_id in held if by_id[trade_id].event_id == trade.event_id), ZERO
    )
    checks: tuple[tuple[str, Decimal | int, Decimal | int | None], ...] = (
        ("max_position_size", trade.cost_basis, trade.max_position_size),
        ("max_total_exposure", sum(held.values(), ZERO), trade.max_total_exposure),
        ("max_positions", len(held), trade.max_positions),
        ("max_event_exposure", event, trade.max_event_exposure if trade.event_id else None),
    )
    for name, value, limit in checks:
        if limit is not None and value > limit:
            subject = f"trade {trade.trade_id}"
            yield Break(f"4: no fill breaks {name}", subject, str(value), f"at most {limit}")


def _totals(books: Books) -> Iterator[Break]:
    totals, record = books.totals, _record(books)
    valued = valuation(
        totals.current_balance,
        sum((gone.realized_pnl for gone in books.exits), ZERO),
        (position.priced for position in books.positions if position.status == PositionStatus.OPEN),
    )
    expected = totals.initial_balance + _flows(books) + totals.total_profit_loss
    yield from compare("2: equity = initial balance + flows + P&L", valued.equity, expected)
    checks: tuple[tuple[str, Decimal | int, Decimal | int], ...] = (
        ("total_invested", totals.total_invested, valued.invested),
        ("realized_pnl", totals.realized_pnl, valued.realized_pnl),
        ("total_profit_loss", totals.total_profit_loss, valued.total_profit_loss),
        ("total_value", totals.total_value, valued.equity),
        ("value_at_bid", totals.value_at_bid, valued.value_at_bid),
        ("open_positions", totals.open_positions, valued.open_positions),
        ("trade_count", totals.trade_count, len(books.trades)),
        ("total_winning_trades", totals.winning, record.winning),
        ("total_losing_trades", totals.losing, record.losing),
        ("avg_trade_pnl", totals.average_pnl, record.average_pnl),
        ("closed_positions", totals.closed_positions, record.closed),
        ("closed_pnl", totals.closed_pnl, record.closed_pnl),
    )
    for name, claimed, rebuilt in checks:
        yield from compare(f"6: {name}", claimed, rebuilt)


def _trading(books: Books) -> Iterator[Break]:
    """What the order of trades and closings gives; schema v1 kept neither."""
    if any(trade.inherited for trade in books.trades):
        return
    totals, record = books.totals, _record(books)
    last_trade_at = max((trade.at for trade in books.trades), default=None)
    yield from compare("6: last_trade_at", totals.last_trade_at, last_trade_at)
    checks = (
        ("current_run", totals.current_run, record.current_run),
        ("max_consecutive_wins", totals.max_consecutive_wins, record.max_consecutive_wins),
        ("max_consecutive_losses", totals.max_consecutive_losses, record.max_consecutive_losses),
    )
    for name, claimed, rebuilt in checks:
        yield from compare(f"6: {name}", claimed, rebuilt)


def _high_water(books: Books) -> Iterator[Break]:
    """Peak and drawdown are within what the equity points and the ledger leave possible."""
    totals, lowest, highest = books.totals, least(books), most(books)
    peak = totals.peak_equity - _flows(books)
    points = f"by {books.equity.points} equity points"
    rule = "6: peak_equity without flows"
    if peak < lowest.peak_equity:
        yield Break(rule, "", str(peak), f"at least {lowest.peak_equity} {points}")
    if highest is not None and peak > highest.peak_equity:
        yield Break(rule, "", str(peak), f"at most {highest.peak_equity} by the ledger")
    rule, fall = "6: max_drawdown", totals.max_drawdown
    if fall < lowest.max_drawdown:
        yield Break(rule, "", str(fall), f"at least {lowest.max_drawdown} {points}")
    if highest is not None and fall > highest.max_drawdown:
        yield Break(rule, "", str(fall), f"at most {highest.max_drawdown} by the ledger")


def _guarded_peaks(books: Books) -> Iterator[Break]:
    """The peaks that guards go by, which may have been reset, are within what there ever was."""
    totals, highest = books.totals, most(books)
    rule, profit = "6: peak_profit", totals.peak_profit
    if profit < totals.total_profit_loss:
        yield Break(rule, "", str(profit), f"at least the P&L, {totals.total_profit_loss}")
    if highest is not None and profit > highest.peak_equity - totals.initial_balance:
        bound = highest.peak_equity - totals.initial_balance
        yield Break(rule, "", str(profit), f"at most {bound} by the ledger")
    if totals.index_peak < totals.total_value:
        expected = f"at least the equity, {totals.total_value}"
        yield Break("6: index_peak", "", str(totals.index_peak), expected)


def _flows(books: Books) -> Decimal:
    return sum((entry.amount for entry in books.ledger if entry.kind in FLOWS), ZERO)


def _record(books: Books) -> TradingRecord:
    """The record of the closed positions, in the order of their last exits."""
    last = {made.position_id: place for place, made in enumerate(books.exits)}
    closed = [position for position in books.positions if position.status == PositionStatus.CLOSED]
    closed.sort(key=lambda position: last.get(position.position_id, -1))
    return TradingRecord().after(position.realized_pnl for position in closed)
