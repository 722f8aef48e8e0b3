"""What the exchange shows in a sequence: quotes, books, ends, and what it no longer lists.

Prices are whole cents of YES, so that an example reads well; both ledgers are told the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Quote
from prescient.polymarket.clob_rows import ResolutionDetails
from tests.builders import event, market
from tests.world import StandInExchange

EVENTS = {"exclusive": ("n0", "n1", "n2"), "plain": ("m0", "m1", "m2")}
EVIDENCE = {
    "n0": "book", "n1": "book", "n2": "book", "m0": "book", "m1": "quote", "m2": "mid",
}  # fmt: skip
MARKETS = tuple(EVIDENCE)
ENDS: Mapping[str, tuple[str, str, str | None]] = {
    # outcome prices of YES and NO, and what the oracle says
    "yes": ("1", "0", "resolved"),
    "no": ("0", "1", "resolved"),
    "half": ("0.5", "0.5", "resolved"),
    "half_by_clob": ("0.5", "0.5", None),
    "half_unsure": ("0.5", "0.5", None),
    "disputed": ("1", "0", "disputed"),
    "odd": ("0", "0", None),
}
PAYOUTS = {"yes": F(1), "no": F(0), "half": F(1, 2), "half_by_clob": F(1, 2)}

Levels = list[tuple[F, F]]
"""Price 0–1 and shares, best first."""


@dataclass(frozen=True)
class Shown:
    """One market: YES at `bid` and `ask` cents with `depth` shares at the best level.

    `crossed` is how many cents YES and NO together cost less than a dollar, 0 where NO mirrors YES.
    """

    bid: int
    ask: int
    crossed: int = 0
    depth: F | int = 400
    liquidity: int = 20_000
    rate: str = "0.04"
    end: str | None = None

    @property
    def payout(self) -> F | None:
        return None if self.end is None else PAYOUTS.get(self.end)

    def asks(self, *, yes: bool) -> Levels:
        """The book's ask side of an outcome."""
        return self._levels(self.ask if yes else self._no_ask, 1)

    def bids(self, *, yes: bool) -> Levels:
        """The book's bid side of an outcome."""
        return self._levels(self.bid if yes else min(100 - self.ask, self._no_ask - 1), -1)

    def bid_of(self, *, yes: bool) -> F:
        """The listed bid of an outcome: NO's mirrors the ask of YES."""
        return F(self.bid if yes else 100 - self.ask, 100)

    @property
    def _no_ask(self) -> int:
        return 100 - self.ask - self.crossed if self.crossed else 100 - self.bid

    def _levels(self, best: int, step: int) -> Levels:
        sizes = ((0, self.depth), (1, 2 * self.depth), (4, 3 * self.depth))
        levels = [(best + step * away, shares) for away, shares in sizes]
        return [(F(cents, 100), F(shares)) for cents, shares in levels if 0 < cents < 100]


@dataclass
class Picture:
    """All that the exchange shows; `gone` are in no answer at all."""

    shown: dict[str, Shown] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def change(self, name: str, **changes: Any) -> None:
        self.shown[name] = replace(self.shown[name], **changes)

    def put_into(self, exchange: StandInExchange) -> None:
        """Make the steps' exchange show this."""
        exchange.events = [self._event(title, names) for title, names in EVENTS.items()]
        exchange.order_books = {
            token: book
            for name, market in self.shown.items()
            if EVIDENCE[name] == "book"
            for token, book in ((f"{name}y", _book(market, yes=True)), (f"{name}n", _book(market)))
        }
        exchange.resolutions = {
            f"0x{name}": ResolutionDetails(None, is_fifty_fifty=True)
            for name, market in self.shown.items()
            if market.end == "half_by_clob"
        }

    def _event(self, title: str, names: tuple[str, ...]) -> Any:
        exclusive = title == "exclusive"
        listed = [name for name in names if name not in self.gone]
        markets = [self._market(name, exclusive) for name in listed]
        shown = event(
            *markets, event_id=EventId(title), neg_risk=exclusive, market_count=len(names)
        )
        return shown if markets else replace(shown, markets=())

    def _market(self, name: str, exclusive: bool) -> Any:
        one, has_book = self.shown[name], EVIDENCE[name] == "book"
        middle = D(one.bid + one.ask) / 200
        yes, no, status = ENDS[one.end] if one.end else (str(middle), str(1 - middle), None)
        return market(
            market_id=MarketId(name),
            condition_id=f"0x{name}",
            yes_token_id=f"{name}y" if has_book else None,
            no_token_id=f"{name}n" if has_book else None,
            quote=None if EVIDENCE[name] == "mid" else Quote(D(one.bid) / 100, D(one.ask) / 100),
            yes_price=D(yes),
            no_price=D(no),
            liquidity=D(one.liquidity),
            fee=FeeSchedule(D(one.rate)),
            neg_risk=exclusive,
            closed=one.end is not None,
            resolution_status=status,
        )


def _book(market: Shown, *, yes: bool = False) -> OrderBook:
    def levels(given: Levels) -> tuple[Level, ...]:
        return tuple(Level(_decimal(price), _decimal(shares)) for price, shares in given)

    return OrderBook(levels(market.bids(yes=yes)), levels(market.asks(yes=yes)))


def _decimal(number: F) -> D:
    return D(number.numerator) / D(number.denominator)
