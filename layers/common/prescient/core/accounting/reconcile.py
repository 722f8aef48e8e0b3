"""The invariants of DESIGN.md section 5, as pure functions over what is stored.

Every number is rebuilt from the ledger, the trades, the exits and the marks, and compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.accounting.books_as_stored import Books, Fill, Held, Left
from prescient.core.market.markets import MarketId
from prescient.core.money import ZERO
from prescient.core.portfolio.cash import FLOWS
from prescient.core.portfolio.positions import PositionStatus, marked_value
from prescient.core.portfolio.trading_record import TradingRecord


@dataclass(frozen=True, slots=True)
class Break:
    """A row that breaks an invariant: what it says and what it should say."""

    rule: str
    subject: str
    found: str
    expected: str


def breaks(books: Books) -> list[Break]:
    """What breaks an invariant in one portfolio; empty when every number can be rebuilt."""
    found = (*_cash(books), *_positions(books), *_limits(books), *_totals(books))
    subject = f"portfolio {books.portfolio_id}"
    return [
        Break(one.rule, f"{subject} {one.subject}".strip(), one.found, one.expected)
        for one in found
    ]


def shared_breaks(
    held: Mapping[MarketId, Decimal], exposure: Mapping[MarketId, Decimal], capital: Decimal
) -> list[Break]:
    """Invariant 5: cost basis a market and in all (dollars) equal the positions behind them."""
    by_market = (
        _compare(
            "5: market exposure = cost basis of its open positions",
            exposure.get(market_id, ZERO),
            held.get(market_id, ZERO),
            f"market {market_id}",
        )
        for market_id in sorted(held.keys() | exposure.keys())
    )
    in_all = _compare(
        "5: capital in use = cost basis of all open positions",
        capital,
        sum(held.values(), ZERO),
        "all portfolios",
    )
    return [one for checked in (*by_market, in_all) for one in checked]


def transfer_breaks(transfers: Iterable[tuple[str, Decimal]]) -> list[Break]:
    """Invariant 5: (source, dollars) of transfers between existing portfolios sum to zero."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for source, amount in transfers:
        sums[source] += amount
    return [
        one
        for source, total in sums.items()
        for one in _compare("5: the two sides of a transfer sum to zero", total, ZERO, source)
    ]


def mark_breaks(marks: Iterable[tuple[MarketId, Decimal, Decimal]]) -> list[Break]:
    """Invariant 6: (market, latest mark, newest mark of the tape) agree, 0–1 and of YES."""
    rule = "6: the latest mark is the newest of the tape"
    return [
        one
        for market_id, latest, newest in marks
        for one in _compare(rule, latest, newest, f"market {market_id}")
    ]


def _cash(books: Books) -> Iterator[Break]:
    balance = books.totals.initial_balance
    for entry in books.ledger:
        balance += entry.amount
        subject = f"ledger entry {entry.entry_no}"
        rule = "1: balance after an entry = initial balance + the ledger so far"
        yield from _compare(rule, entry.balance_after, balance, subject)
        if balance < ZERO:
            yield Break("1: the balance is never negative", subject, str(balance), "0.00 or more")
    rule = "1: current_balance = initial_balance + ledger"
    yield from _compare(rule, books.totals.current_balance, balance)
    yield from _sources(books)


def _sources(books: Books) -> Iterator[Break]:
    """Each fill and each exit moved cash once, by its own amount."""
    held = {one.trade_id for one in books.positions}
    expected = {
        one.source: -one.cost_basis
        for one in books.fills
        if not one.inherited or one.trade_id in held
    }
    expected |= {one.source: one.proceeds - one.fee for one in books.exits}
    posted = {one.source: one.amount for one in books.ledger if one.kind not in FLOWS}
    for source in sorted(expected.keys() | posted.keys()):
        yield from _compare(
            "1: each fill and exit has its ledger entry",
            posted.get(source),
            expected.get(source),
            source,
        )


def _positions(books: Books) -> Iterator[Break]:
    opened = Counter(one.trade_id for one in books.positions)
    for fill in books.fills:
        if fill.inherited:
            continue
        subject = f"trade {fill.trade_id}"
        yield from _compare("3: a trade has one signal", fill.signals, 1, subject)
        yield from _compare("3: a trade has one position", opened[fill.trade_id], 1, subject)
    left: defaultdict[int, list[Left]] = defaultdict(list)
    for gone in books.exits:
        left[gone.position_id].append(gone)
    costs = {one.trade_id: one.cost_basis for one in books.fills}
    for position in books.positions:
        yield from _position(position, left[position.position_id], costs.get(position.trade_id))
    yield from _trades(books)


def _trades(books: Books) -> Iterator[Break]:
    """A position starts as its trade bought it, and the trade follows what becomes of it."""
    held = {one.trade_id: one for one in books.positions}
    for fill in books.fills:
        if (position := held.get(fill.trade_id)) is None:
            continue
        subject = f"trade {fill.trade_id}"
        status, pnl = position.status, position.realized_pnl
        yield from _compare(
            "6: a position's bought shares are its trade's",
            position.bought_shares,
            fill.shares,
            f"position {position.position_id}",
        )
        yield from _compare("6: a trade's status is its position's", fill.status, status, subject)
        yield from _compare("6: a trade's P&L is its position's", fill.realized_pnl, pnl, subject)


def _position(position: Held, left: Sequence[Left], cost: Decimal | None) -> Iterator[Break]:
    subject = f"position {position.position_id}"
    if position.bought_shares is not None:
        held = position.bought_shares - sum((one.shares for one in left), ZERO)
        yield from _compare("3: shares = bought − exits", position.shares, held, subject)
        status = PositionStatus.OPEN if held > ZERO else PositionStatus.CLOSED
        yield from _compare("6: open while shares are held", position.status, status, subject)
    if cost is not None:
        basis = cost - sum((one.cost_basis for one in left), ZERO)
        yield from _compare("6: cost basis = cost − exits", position.cost_basis, basis, subject)
    realized = sum((one.realized_pnl for one in left), ZERO)
    yield from _compare("6: realized P&L = its exits", position.realized_pnl, realized, subject)


def _limits(books: Books) -> Iterator[Break]:
    """Invariant 4, replayed in the ledger's order, which is that of the commits."""
    fills = {one.source: one for one in books.fills}
    exits = {one.source: one for one in books.exits}
    trades = {one.position_id: one.trade_id for one in books.positions}
    by_id = {one.trade_id: one for one in books.fills}
    held: dict[str, Decimal] = {}
    for entry in books.ledger:
        if (fill := fills.get(entry.source)) is not None:
            held[fill.trade_id] = fill.cost_basis
            yield from _limits_at(fill, held, by_id)
        elif (gone := exits.get(entry.source)) is not None:
            trade_id = trades[gone.position_id]
            held[trade_id] = held.get(trade_id, ZERO) - gone.cost_basis
            if held[trade_id] <= ZERO:
                del held[trade_id]


def _limits_at(
    fill: Fill, held: Mapping[str, Decimal], by_id: Mapping[str, Fill]
) -> Iterator[Break]:
    event = sum((held[one] for one in held if by_id[one].event_id == fill.event_id), ZERO)
    checks: tuple[tuple[str, Decimal | int, Decimal | int | None], ...] = (
        ("max_position_size", fill.cost_basis, fill.max_position_size),
        ("max_total_exposure", sum(held.values(), ZERO), fill.max_total_exposure),
        ("max_positions", len(held), fill.max_positions),
        ("max_event_exposure", event, fill.max_event_exposure if fill.event_id else None),
    )
    for name, value, limit in checks:
        if limit is not None and value > limit:
            subject = f"trade {fill.trade_id}"
            yield Break(f"4: no fill breaks {name}", subject, str(value), f"at most {limit}")


def _totals(books: Books) -> Iterator[Break]:
    totals = books.totals
    held = [one for one in books.positions if one.status == PositionStatus.OPEN]
    invested = sum((one.cost_basis for one in held), ZERO)
    value = sum((_value(one) for one in held), ZERO)
    realized = sum((one.realized_pnl for one in books.exits), ZERO)
    flows = sum((one.amount for one in books.ledger if one.kind in FLOWS), ZERO)
    equity = totals.current_balance + value
    record = _record(books)
    yield from _compare("6: total_invested", totals.total_invested, invested)
    yield from _compare("6: realized_pnl", totals.realized_pnl, realized)
    profit = realized + value - invested
    yield from _compare("6: total_profit_loss", totals.total_profit_loss, profit)
    expected = totals.initial_balance + flows + totals.total_profit_loss
    yield from _compare("2: equity = initial balance + flows + P&L", equity, expected)
    yield from _compare("6: trade_count", totals.trade_count, len(books.fills))
    yield from _compare("6: total_winning_trades", totals.winning, record.winning)
    yield from _compare("6: total_losing_trades", totals.losing, record.losing)
    yield from _compare("6: avg_trade_pnl", totals.average_pnl, record.average_pnl)


def _value(position: Held) -> Decimal:
    """A position whose shares or whose market's price nobody knows is worth what it cost."""
    if position.mark is None or position.shares is None:
        return position.cost_basis
    return marked_value(position.shares, position.mark)


def _record(books: Books) -> TradingRecord:
    return TradingRecord().after(
        one.realized_pnl for one in books.positions if one.status == PositionStatus.CLOSED
    )


def _compare(rule: str, found: object, expected: object, subject: str = "") -> Iterator[Break]:
    if found != expected:
        yield Break(rule, subject, str(found), str(expected))
