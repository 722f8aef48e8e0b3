"""A second ledger, on fractions, that shares no code with the system: the two must agree.

It is told what happened (shares, market, price) and works out all the money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction as F
from itertools import groupby
from math import ceil, floor, sqrt

CENT = F(1, 100)
MICRO = F(1, 1_000_000)
"""The step of prices as they are stored."""
TICK = F(1, 100)
Matches = list[tuple[F, F]]
"""Price 0–1 and shares."""


def up(number: F, step: F = CENT) -> F:
    return ceil(number / step) * step


def down(number: F, step: F = CENT) -> F:
    return floor(number / step) * step


def nearest(number: F, step: F = CENT) -> F:
    """Halves away from zero."""
    return (1 if number >= 0 else -1) * floor(abs(number) / step + F(1, 2)) * step


def total(amounts: Iterable[F]) -> F:
    return sum(amounts, F(0))


def walk(levels: Matches, shares: F) -> Matches:
    """What `shares` take from the levels, best first; less where the book holds less."""
    matches = []
    for price, offered in levels:
        if shares > 0:
            matches.append((price, min(shares, offered)))
            shares -= matches[-1][1]
    return matches


def fee(matches: Matches, rate: F) -> F:
    """Up to the cent, so that no split of an order pays less."""
    return up(total(shares * rate * price * (1 - price) for price, shares in matches))


def cost(matches: Matches, rate: F) -> F:
    """What a buy takes out of cash."""
    return up(total(price * shares for price, shares in matches)) + fee(matches, rate)


def mark(quote: tuple[F, F] | None, previous: F | None, listed: F) -> F:
    """The mark of YES from its bid and ask, its mark before and its outcome price."""
    if quote is None:
        return listed if previous is None else previous
    bid, ask = quote
    if is_trusted(bid, ask):
        return (bid + ask) / 2
    return listed if previous is None else min(max(previous, bid), ask)


def is_trusted(bid: F, ask: F) -> bool:
    """Whether the middle of bid and ask is a mark, and the bid a price to sell at."""
    two_sided = bid > 0 and ask < 1 and ask - bid <= F(1, 10)
    almost_no = bid == 0 and ask <= F(5, 100)
    almost_yes = ask == 1 and bid >= F(95, 100)
    return two_sided or almost_no or almost_yes


def agrees(listed: tuple[F, F], outcome_price: F) -> bool:
    """Whether an outcome price can be a price beside a quote of YES that is trusted."""
    bid, ask = listed
    is_close = abs(outcome_price - (bid + ask) / 2) <= ask - bid + F(2, 100)
    return is_close or not is_trusted(bid, ask)


def is_believed(top: tuple[F, F], listed: tuple[F, F]) -> bool:
    """Whether the top of a book can be that of a market whose outcome is quoted as `listed`."""
    bid, ask = top
    if is_trusted(*listed):
        return max(abs(bid - listed[0]), abs(ask - listed[1])) <= F(5, 100)
    return bid - listed[1] <= F(5, 100) and listed[0] - ask <= F(5, 100)


def received(matches: Matches, rate: F) -> F:
    """What a sale brings, its fee never above its proceeds."""
    proceeds = down(total(price * shares for price, shares in matches))
    return proceeds - min(fee(matches, rate), proceeds)


def stop_loss_bid(price: F, bid_at_entry: F, loss: F) -> F:
    """The highest bid that stops a lot bought at `price`: a loss of that part, at least a tick."""
    return down(max(bid_at_entry - max(price * loss, TICK), F(0)), MICRO)


def take_profit_bid(price: F, profit: F, rate: F) -> F | None:
    """The lowest bid that takes the profit of a lot bought at `price`; None without one below 1.

    It pays for a tick and for the fees of both sides, its own as well.
    """
    needed = price + TICK + rate * price * (1 - price)

    def pays(bid: F) -> bool:
        return bid - rate * bid * (1 - bid) >= needed

    bid = up(max(min(price * (1 + profit), F(99, 100)), price), MICRO)
    if not pays(bid):
        bid = max(bid, up(_root(rate, needed), MICRO) - 2 * MICRO)
        while bid < 1 and not pays(bid):
            bid += MICRO
    return bid if bid < 1 else None


def _root(rate: F, needed: F) -> F:
    """Where rate × bid² + (1 − rate) × bid is what is needed, but for the rounding of floats."""
    if rate == 0:
        return needed
    return F((rate - 1 + sqrt((1 - rate) ** 2 + 4 * rate * needed)) / (2 * rate))


@dataclass
class Lot:
    """A position: shares left and what they cost; the bids at which it closes, None where off.

    `identity` is which market was bought; while its id stands for another one, `kept` is its last
    mark of YES.
    """

    market: str
    is_yes: bool
    shares: F
    basis: F
    identity: str
    stop: F | None
    take: F | None
    kept: F | None = None
    realized: F = F(0)

    def basis_of(self, shares: F) -> F:
        """What this many of its shares cost."""
        return self.basis if shares == self.shares else nearest(self.basis * shares / self.shares)

    def of_yes(self, probability: F) -> F:
        """What a number about YES says of this lot's side."""
        return probability if self.is_yes else 1 - probability


@dataclass
class Book:
    """One portfolio."""

    start: F
    cash: F = F(0)
    realized: F = F(0)
    flows: F = F(0)
    bought: int = 0
    lots: dict[int, Lot] = field(default_factory=dict)
    closed: dict[int, Lot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cash = self.start

    def buy(self, position: int, lot: Lot) -> None:
        self.cash -= lot.basis
        self.bought += 1
        self.lots[position] = lot

    def leave(self, position: int, matches: Matches, rate: F) -> None:
        """Sell to bids; a settlement is a sale at its payout without fee."""
        lot, shares = self.lots[position], total(shares for _, shares in matches)
        last, basis, brought = shares == lot.shares, lot.basis_of(shares), received(matches, rate)
        self.cash += brought
        self.realized += brought - basis
        lot.realized += brought - basis
        lot.shares -= shares
        lot.basis -= basis
        if last:
            self.closed[position] = self.lots.pop(position)

    def flow(self, dollars: F) -> None:
        self.cash += dollars
        self.flows += dollars

    @property
    def invested(self) -> F:
        return total(lot.basis for lot in self.lots.values())

    def value(self, marks: dict[str, F]) -> F:
        return total(
            nearest(lot.shares * lot.of_yes(marks[lot.market] if lot.kept is None else lot.kept))
            for lot in self._open
        )

    def value_at_bid(self, quotes: dict[str, tuple[F, F] | None]) -> F:
        return total(down(lot.shares * _bid(lot, quotes[lot.market])) for lot in self._open)

    def record(self) -> tuple[int, int, int, int, F]:
        """Wins, losses, the longest run of each, and the average P&L of a closed position."""
        results = [lot.realized for lot in self.closed.values()]
        runs = [(won, len(list(run))) for won, run in groupby(results, key=_sign)]
        longest = {side: max((n for won, n in runs if won == side), default=0) for side in (1, -1)}
        average = nearest(total(results) / len(results)) if results else F(0)
        wins, losses = (sum(_sign(result) == side for result in results) for side in (1, -1))
        return wins, losses, longest[1], longest[-1], average

    @property
    def _open(self) -> Iterable[Lot]:
        return self.lots.values()


def _bid(lot: Lot, quote: tuple[F, F] | None) -> F:
    if quote is None or lot.kept is not None:
        return F(0)
    bid, ask = quote
    return bid if lot.is_yes else 1 - ask


def _sign(dollars: F) -> int:
    return (dollars > 0) - (dollars < 0)
