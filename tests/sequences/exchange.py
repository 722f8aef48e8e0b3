"""What the exchange shows in a sequence: quotes, books, ends, and what it no longer lists.

It also shows what is not to be believed: stub quotes, books and outcome prices that contradict the
quote, another market under an id that it had before.

Prices are whole cents of YES, so that an example reads well; both ledgers are told the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, FeeSchedule, MarketId, Quote, ResolutionStatus
from prescient.polymarket.clob_rows import ResolutionDetails
from tests.builders import event, market
from tests.stand_in_exchange import StandInExchange

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
    "challenged": ("0", "1", "challenged"),
    "proposed": ("1", "0", "proposed"),
    "odd": ("0", "0", None),
}
UNPAID = {
    "half_unsure": "odd_resolution", "odd": "odd_resolution", "disputed": "disputed",
    "challenged": "disputed", "proposed": "outcome_proposed",
}  # fmt: skip
"""What the positions of a closed market are flagged with that does not pay yet."""
PAYOUTS = {"yes": F(1), "no": F(0), "half": F(1, 2), "half_by_clob": F(1, 2)}

OTHER_CONDITION, SWAPPED = "other condition", "swapped outcomes"
IDENTITIES = ("first", OTHER_CONDITION, SWAPPED)
"""Which market the id of a market stands for."""

Levels = list[tuple[F, F]]
"""Price 0–1 and shares, best first."""


@dataclass(frozen=True)
class Shown:
    """One market: YES at `bid` and `ask` cents with `depth` shares at the best level.

    `crossed` is how many cents YES and NO together cost less than a dollar, 0 where NO mirrors YES.
    The book of YES has its top at `top` where that is not the quote; `says` is the outcome price in
    cents where that is not the middle. `status` is the oracle's while the market is open.
    """

    bid: int
    ask: int
    crossed: int = 0
    depth: F | int = 400
    liquidity: int = 20_000
    rate: str = "0.04"
    end: str | None = None
    top: tuple[int, int] | None = None
    says: int | None = None
    status: str | None = None
    identity: str = "first"

    @property
    def outcome_price(self) -> F:
        """That of YES."""
        if self.end is not None:
            return F(ENDS[self.end][0])
        return F(self.bid + self.ask, 200) if self.says is None else F(self.says, 100)

    @property
    def quote(self) -> tuple[F, F]:
        """Bid and ask of YES as listed."""
        return F(self.bid, 100), F(self.ask, 100)

    @property
    def flag(self) -> str | None:
        """What its open positions are flagged with while it is listed."""
        if self.end is not None:
            return UNPAID.get(self.end)
        return "disputed" if self.status in ("disputed", "challenged") else None

    @property
    def payout(self) -> F | None:
        return None if self.end is None else PAYOUTS.get(self.end)

    def asks(self, *, yes: bool) -> Levels:
        """The book's ask side of an outcome."""
        return self._levels(self._top[1] if yes else self._no_ask, 1)

    def bids(self, *, yes: bool) -> Levels:
        """The book's bid side of an outcome."""
        bid, ask = self._top
        return self._levels(bid if yes else min(100 - ask, self._no_ask - 1), -1)

    def bid_of(self, *, yes: bool) -> F:
        """The listed bid of an outcome: NO's mirrors the ask of YES."""
        bid, ask = self.quote
        return bid if yes else 1 - ask

    def ask_of(self, *, yes: bool) -> F:
        """The listed ask of an outcome."""
        return 1 - self.bid_of(yes=not yes)

    @property
    def _top(self) -> tuple[int, int]:
        return (self.bid, self.ask) if self.top is None else self.top

    @property
    def _no_ask(self) -> int:
        bid, ask = self._top
        return 100 - ask - self.crossed if self.crossed else 100 - bid

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
            for token, yes in zip(_tokens(name, market), (True, False), strict=True)
            for book in (_book(market, yes=yes),)
        }
        exchange.resolutions = {
            _condition(name, market): ResolutionDetails(None, is_fifty_fifty=True)
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
        shown = self.shown[name]
        listed = _decimal(shown.outcome_price)
        yes, no, status = (listed, 1 - listed, shown.status)
        if shown.end is not None:
            yes, no, status = (D(ENDS[shown.end][0]), D(ENDS[shown.end][1]), ENDS[shown.end][2])
        yes_token, no_token = _tokens(name, shown)
        return market(
            market_id=MarketId(name),
            condition_id=_condition(name, shown),
            yes_token_id=yes_token,
            no_token_id=no_token,
            quote=None if EVIDENCE[name] == "mid" else Quote(*map(_decimal, shown.quote)),
            yes_price=yes,
            no_price=no,
            liquidity=D(shown.liquidity),
            fee=FeeSchedule(D(shown.rate)),
            neg_risk=exclusive,
            closed=shown.end is not None,
            resolution_status=None if status is None else ResolutionStatus(status),
        )


def _condition(name: str, market: Shown) -> str:
    return f"0x{name}{'b' if market.identity == OTHER_CONDITION else ''}"


def _tokens(name: str, market: Shown) -> tuple[str, str]:
    """Those of YES and NO."""
    if market.identity == SWAPPED:
        return f"{name}n", f"{name}y"
    return f"{name}y", f"{name}n"


def _book(market: Shown, *, yes: bool) -> OrderBook:
    def levels(given: Levels) -> tuple[Level, ...]:
        return tuple(Level(_decimal(price), _decimal(shares)) for price, shares in given)

    return OrderBook(levels(market.bids(yes=yes)), levels(market.asks(yes=yes)))


def _decimal(number: F) -> D:
    return D(number.numerator) / D(number.denominator)
