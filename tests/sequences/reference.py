"""A second ledger, on fractions, that shares no code with the system: the two must agree.

It is told what happened (so many shares of this at that price) and works out all the money.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction as F
from math import ceil, floor

CENT = F(1, 100)


def up(dollars: F) -> F:
    return ceil(dollars / CENT) * CENT


def down(dollars: F) -> F:
    return floor(dollars / CENT) * CENT


def nearest(dollars: F) -> F:
    return floor(dollars / CENT + F(1, 2)) * CENT


def fee(shares: F, price: F, rate: F) -> F:
    if rate == 0:
        return F(0)
    exact = shares * rate * price * (1 - price)
    return nearest(max(F(floor(exact * 100_000), 100_000), F(1, 100_000)))


def mark(bid: F, ask: F, previous: F | None, listed: F) -> F:
    two_sided = bid > 0 and ask < 1 and ask - bid <= F(1, 10)
    almost_no = bid == 0 and ask <= F(5, 100)
    almost_yes = ask == 1 and bid >= F(95, 100)
    if two_sided or almost_no or almost_yes:
        return (bid + ask) / 2
    return listed if previous is None else min(max(previous, bid), ask)


@dataclass
class Lot:
    """A position: shares left and what they cost."""

    market: str
    is_yes: bool
    shares: F
    basis: F


@dataclass
class Book:
    """One portfolio."""

    start: F
    cash: F = F(0)
    realized: F = F(0)
    flows: F = F(0)
    lots: dict[int, Lot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cash = self.start

    def buy(self, position: int, lot: Lot, price: F, rate: F) -> None:
        lot.basis = up(lot.shares * price) + fee(lot.shares, price, rate)
        self.cash -= lot.basis
        self.lots[position] = lot

    def leave(self, position: int, shares: F, price: F, rate: F) -> None:
        """Sell at a bid; a settlement is a sale without fee."""
        lot = self.lots[position]
        last = shares == lot.shares
        basis = lot.basis if last else nearest(lot.basis * shares / lot.shares)
        proceeds = down(shares * price)
        received = proceeds - min(fee(shares, price, rate), proceeds)
        self.cash += received
        self.realized += received - basis
        lot.shares -= shares
        lot.basis -= basis
        if last:
            del self.lots[position]

    def flow(self, dollars: F) -> None:
        self.cash += dollars
        self.flows += dollars

    def invested(self) -> F:
        return sum((lot.basis for lot in self.lots.values()), F(0))

    def value(self, marks: dict[str, F]) -> F:
        return sum(
            (
                nearest(lot.shares * (marks[lot.market] if lot.is_yes else 1 - marks[lot.market]))
                for lot in self.lots.values()
            ),
            F(0),
        )
