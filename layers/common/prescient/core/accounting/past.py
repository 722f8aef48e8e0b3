"""What a portfolio was worth at each moment that has a row: the past, replayed.

Ledger, trades and exits give cash and positions, the tape gives the marks. Rows that tell of a
moment are equity points, the rows of the days, and the equity of a cycle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from heapq import merge
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from prescient.core.accounting.books_as_stored import Books, ExitRecord, PositionRecord
from prescient.core.accounting.valuation import MarketPrice, PricedPosition
from prescient.core.market.markets import MarketId
from prescient.core.money import ZERO
from prescient.core.portfolio.positions import Action

UNPRICED = MarketPrice(None, None, None)
_ORDER = itemgetter(slice(5))


class Published(NamedTuple):
    """A market as one batch showed it from `at` on; the batch saw it at `observed_at`."""

    at: datetime
    batch_id: int
    market_id: MarketId
    observed_at: datetime
    price: MarketPrice
    identity: UUID | None


class Worth(NamedTuple):
    """A portfolio's totals in dollars; None where a row does not tell.

    `entry_no` is the newest entry of the ledger that they count.
    """

    balance: Decimal | None
    total_invested: Decimal | None
    total_profit_loss: Decimal | None
    equity: Decimal
    equity_at_bid: Decimal | None
    open_positions: int | None
    trade_count: int | None
    entry_no: int | None

    def is_told_by(self, row: Worth) -> bool:
        """Whether the row says the same, as far as it tells."""
        return all(told in (None, own) for told, own in zip(row.values, self.values, strict=True))

    @property
    def values(self) -> tuple[Decimal | int | None, ...]:
        return (*self.in_cash, self.total_profit_loss, self.equity, self.equity_at_bid)

    @property
    def in_cash(self) -> tuple[Decimal | int | None, ...]:
        """What follows without any mark."""
        return (
            self.balance,
            self.total_invested,
            self.open_positions,
            self.trade_count,
            self.entry_no,
        )


class Moment(NamedTuple):
    """A row that tells what a portfolio was worth, at some time from `at` to `until`."""

    portfolio_id: int
    row: str
    at: datetime
    until: datetime
    told: Worth

    @property
    def subject(self) -> str:
        return f"portfolio {self.portfolio_id} {self.row} of {self.at:%Y-%m-%d %H:%M:%S}"


@dataclass(slots=True)
class Prices:
    """The latest price of each market, as `store.tape.publish` carries them forward."""

    latest: dict[MarketId, Published] = field(default_factory=dict)
    marks: dict[tuple[MarketId, UUID | None], Decimal | None] = field(default_factory=dict)

    def carry(self, row: Published) -> bool:
        """Take a newer row over; whether it says something else than the one before."""
        before = self.latest.get(row.market_id)
        if before is None:
            self._keep(row)
            return True
        if row.observed_at <= before.observed_at:
            return False
        mark, identity = row.price.mark, row.identity or before.identity
        if mark is None and identity == before.identity:
            mark = before.price.mark
        price = MarketPrice(mark, row.price.best_bid, row.price.best_ask)
        self._keep(row._replace(price=price, identity=identity))
        return (price, identity) != (before.price, before.identity)

    def of(self, position: PositionRecord) -> MarketPrice:
        """The price of what a position bought: where its id stands for another market, no bid."""
        row = self.latest.get(position.market_id)
        if row is None:
            return UNPRICED
        if None in (row.identity, position.identity) or row.identity == position.identity:
            return row.price
        return MarketPrice(self.marks.get((position.market_id, position.identity)), None, None)

    def _keep(self, row: Published) -> None:
        self.latest[row.market_id] = row
        self.marks[row.market_id, row.identity] = row.price.mark


@dataclass(slots=True)
class _Held:
    """An open position and what it is worth now, in dollars."""

    position: PositionRecord
    shares: Decimal | None
    cost_basis: Decimal
    value: Decimal = ZERO
    value_at_bid: Decimal = ZERO


@dataclass(slots=True)
class _Change:
    """What one entry of the ledger changes: its cash, and the position that it opens or leaves."""

    at: datetime
    entry_no: int
    amount: Decimal
    opened: PositionRecord | None
    cost_basis: Decimal
    left: ExitRecord | None
    is_trade: bool


_Event = tuple[datetime, int, int, int, int, Published | _Change | Moment]


@dataclass(slots=True)
class Account:
    """A portfolio on its way through its past."""

    books: Books
    balance: Decimal
    trades: int
    realized: Decimal = ZERO
    entry_no: int = 0
    held: dict[int, _Held] = field(default_factory=dict)

    @classmethod
    def at_start(cls, books: Books) -> Account:
        """Before its first entry: trades of schema v1 without an entry count already."""
        posted = {entry.source for entry in books.ledger}
        before = sum(trade.source not in posted for trade in books.trades)
        return cls(books, books.totals.initial_balance, before)

    def apply(self, change: _Change, prices: Prices) -> None:
        """Move cash, and open or leave a position at the latest prices."""
        self.balance += change.amount
        self.entry_no = change.entry_no
        self.trades += change.is_trade
        if (opened := change.opened) is not None:
            held = _Held(opened, opened.bought_shares, change.cost_basis)
            self.held[opened.position_id] = held
            _price(held, prices.of(opened))
        elif (left := change.left) is not None:
            self.realized += left.realized_pnl
            self._leave(left, prices)

    def _leave(self, left: ExitRecord, prices: Prices) -> None:
        if (held := self.held.get(left.position_id)) is None:
            return
        held.cost_basis -= left.cost_basis
        if held.shares is None or held.shares <= left.shares:
            del self.held[left.position_id]
            return
        held.shares -= left.shares
        _price(held, prices.of(held.position))

    def reprice(self, position_id: int, prices: Prices) -> None:
        """Value a position at the latest price, if it is still held."""
        if (held := self.held.get(position_id)) is not None:
            _price(held, prices.of(held.position))

    @property
    def worth(self) -> Worth:
        invested = value = at_bid = ZERO
        for held in self.held.values():
            invested += held.cost_basis
            value += held.value
            at_bid += held.value_at_bid
        return Worth(
            balance=self.balance,
            total_invested=invested,
            total_profit_loss=self.realized + value - invested,
            equity=self.balance + value,
            equity_at_bid=self.balance + at_bid,
            open_positions=len(self.held),
            trade_count=self.trades,
            entry_no=self.entry_no,
        )


def _price(held: _Held, price: MarketPrice) -> None:
    outcome = Action(held.position.action).outcome
    priced = PricedPosition(outcome, held.shares, held.cost_basis, price)
    held.value, held.value_at_bid = priced.value, priced.value_at_bid


def changes(books: Books) -> list[_Change]:
    """What the entries of the ledger change, in their order."""
    positions = {position.trade_id: position for position in books.positions}
    trades = {trade.source: trade for trade in books.trades}
    exits = {made.source: made for made in books.exits}
    found = []
    for entry in books.ledger:
        trade = trades.get(entry.source)
        found.append(
            _Change(
                at=entry.at,
                entry_no=entry.entry_no,
                amount=entry.amount,
                opened=positions.get(trade.trade_id) if trade else None,
                cost_basis=trade.cost_basis if trade else ZERO,
                left=exits.get(entry.source),
                is_trade=trade is not None,
            )
        )
    return found


def _told(moment: Moment) -> _Event:
    """Where a row stands among the events of its instant."""
    entry_no = moment.told.entry_no
    if entry_no is None:
        return moment.at, 2, 0, moment.portfolio_id, 1, moment
    return moment.at, 1, entry_no, moment.portfolio_id, 1, moment


def differing(
    books: Sequence[Books], published: Iterable[Published], moments: Iterable[Moment]
) -> Iterator[tuple[Moment, Worth]]:
    """The moments that tell something else than the past does, with what that says.

    `published` and `moments` are in the order of time and are read once. What happened at the same
    instant is taken in the order of a price update: publish, exit, tell; a row that names the
    newest entry of the ledger that it counts comes after this entry. A moment that differs may
    still be right: see `core.accounting.commit_orders`.
    """
    accounts = {owned.portfolio_id: Account.at_start(owned) for owned in books}
    prices = Prices()
    holders: defaultdict[MarketId, set[tuple[int, int]]] = defaultdict(set)
    ledger: list[_Event] = sorted(
        (
            (change.at, 1, change.entry_no, owned.portfolio_id, 0, change)
            for owned in books
            for change in changes(owned)
        ),
        key=_ORDER,
    )
    events: Iterator[_Event] = merge(
        ((row.at, 0, 0, 0, 0, row) for row in published),
        ledger,
        map(_told, moments),
        key=_ORDER,
    )
    for _, _, _, portfolio_id, _, event in events:
        if isinstance(event, Published):
            if prices.carry(event):
                for owner, position_id in holders[event.market_id]:
                    accounts[owner].reprice(position_id, prices)
        elif isinstance(event, _Change):
            accounts[portfolio_id].apply(event, prices)
            if (opened := event.opened) is not None:
                holders[opened.market_id].add((portfolio_id, opened.position_id))
        else:
            worth = accounts[event.portfolio_id].worth
            if not worth.is_told_by(event.told):
                yield event, worth
