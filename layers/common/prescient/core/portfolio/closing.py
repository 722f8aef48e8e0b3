"""What a user ends by hand: closing a position, liquidating a portfolio, writing a position off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from prescient.core.errors import (
    MarketClosed,
    MarketOpen,
    MarketReplaced,
    MarketResolved,
    NoBid,
    PositionsUnsold,
    PrescientError,
    SharesUnknown,
    StaleQuote,
)
from prescient.core.market.bids import Bids, bids, bids_from_book
from prescient.core.market.books import OrderBook
from prescient.core.market.fills import Match, walk
from prescient.core.market.listed import Market
from prescient.core.market.markets import FeeSchedule, Identity, MarketId, Outcome
from prescient.core.market.settlement import resolution
from prescient.core.money import plain
from prescient.core.portfolio import positions
from prescient.core.portfolio.positions import ByHand, Exit, ExitKind, Holding, check_sale, sell

Obstacle = tuple[type[PrescientError], str]
NO_BID: Obstacle = (NoBid, "has no bid")


@dataclass(frozen=True, slots=True)
class Showing:
    """What the exchange showed at `quoted_at` of an outcome that is held.

    `fee` and `identity` are None where they could not be read.
    """

    bids: Bids
    quoted_at: datetime
    tradable: bool
    resolved: bool
    fee: FeeSchedule | None
    identity: Identity | None


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """`showing` is None where its market was never read.

    `identity` is that of the market that was bought, None where it is unknown.
    """

    holding: Holding
    identity: Identity | None
    showing: Showing | None

    @property
    def position_id(self) -> int:
        return self.holding.position_id

    @property
    def market_id(self) -> MarketId:
        return self.holding.market_id

    @property
    def outcome(self) -> Outcome:
        return self.holding.outcome

    @property
    def shares(self) -> Decimal | None:
        """None where they are unknown."""
        return self.holding.shares or None

    @property
    def is_of_another_market(self) -> bool:
        """Whether its market id stands for another market now. What is unknown says nothing."""
        seen = self.showing and self.showing.identity
        return bool(seen and self.identity and seen != self.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOrder:
    """Who ends positions by hand, when, and how old a quote may be; `reason` is for the record."""

    ordered_by: str
    now: datetime
    max_quote_age: timedelta
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Shares of a position that could not be sold, None where they are unknown, and why."""

    position_id: int
    shares: Decimal | None
    obstacle: str

    def __str__(self) -> str:
        shares = "" if self.shares is None else f"{plain(self.shares)} shares of "
        return f"{shares}position {self.position_id}: {self.obstacle}"


@dataclass(frozen=True, slots=True)
class Liquidation:
    """What was sold of a portfolio's positions, and what is left of them."""

    sold: tuple[Exit, ...]
    left: tuple[Left, ...]


def showing(
    market: Market,
    outcome: Outcome,
    book: OrderBook | None,
    at: datetime,
    *,
    half_confirmed: bool = False,
) -> Showing:
    """What a market that was read at this moment shows of an outcome, by its book if there is one.

    A book that contradicts the listed quote is none: see `core.market.books.believed`.
    `half_confirmed`: the CLOB says that a market which closed at half each ended so.
    """
    quote = market.quote and market.quote.of(outcome)
    return Showing(
        bids=bids(quote, market.liquidity) if book is None else bids_from_book(book),
        quoted_at=at,
        tradable=market.is_tradable,
        resolved=resolution(market, half_confirmed=half_confirmed).yes_payout is not None,
        fee=market.fee,
        identity=market.identity,
    )


def close(position: OpenPosition, shares: Decimal | None, order: HandOrder) -> Exit:
    """Sell `shares` of the position, all of them where None, or as many as are bid for.

    Raises `SharesUnknown`, `NoBid`, `MarketReplaced`, `StaleQuote`, `MarketClosed` or
    `InvalidRequest` (more shares than are held, or a part of a hundredth).
    """
    if position.shares is not None and shares is not None:
        check_sale(shares, position.shares)
    shown = position.showing
    obstacle = _obstacle(position, order)
    if obstacle is not None or shown is None:
        kind, words = obstacle or NO_BID
        raise kind(f"position_id: position {position.position_id} {words}")
    return _sold(position.holding, shown, shares, order)


def liquidate(held: Sequence[OpenPosition], order: HandOrder, *, partial: bool) -> Liquidation:
    """Sell all shares of all positions, or none; where `partial`, as many as are bid for.

    Raises `PositionsUnsold` that names each position and what of it cannot be sold.
    """
    sold, left = list[Exit](), list[Left]()
    for position in held:
        made, remaining = _liquidated(position, order)
        sold += made
        left += remaining
    if left and not partial:
        raise PositionsUnsold(f"liquidate: {'; '.join(map(str, left))}")
    return Liquidation(tuple(sold), tuple(left))


def write_off(position: OpenPosition, order: HandOrder) -> Exit:
    """Give all shares of a position up for nothing.

    Raises `MarketResolved` or `MarketOpen` where they will be paid or can be sold, which unknown
    ones never are.
    """
    is_lost = position.shares is None or position.is_of_another_market
    shown = None if is_lost else position.showing
    if shown is not None and shown.resolved:
        raise MarketResolved(
            f"position_id: the market of position {position.position_id} is resolved; "
            "the next price update pays it"
        )
    if shown is not None and shown.tradable:
        raise MarketOpen(
            f"position_id: the market of position {position.position_id} takes orders; close it"
        )
    return positions.write_off(position.holding, ByHand(order.ordered_by, order.reason))


def _liquidated(position: OpenPosition, order: HandOrder) -> tuple[list[Exit], list[Left]]:
    obstacle = _obstacle(position, order)
    if obstacle is not None or position.showing is None:
        _, words = obstacle or NO_BID
        return [], [Left(position.position_id, position.shares, words)]
    made = _sold(position.holding, position.showing, None, order)
    if not made.shares_left:
        return [made], []
    return [made], [Left(position.position_id, made.shares_left, "no bids for them")]


def _sold(holding: Holding, shown: Showing, shares: Decimal | None, order: HandOrder) -> Exit:
    wanted = holding.shares if shares is None else shares
    matches: Sequence[Match] = walk(shown.bids.levels, wanted)
    by_hand = ByHand(order.ordered_by, order.reason, shown.quoted_at, tuple(matches))
    fee, evidence = shown.fee or FeeSchedule(), shown.bids.evidence
    return sell(holding, ExitKind.MANUAL, matches, fee, evidence, by_hand=by_hand)


def _obstacle(position: OpenPosition, order: HandOrder) -> tuple[type[PrescientError], str] | None:
    """Why not one share of the position can be sold; None where some can, at what is shown."""
    shown = position.showing
    if position.shares is None:
        return SharesUnknown, "has unknown shares"
    if shown is None:
        return NO_BID
    if position.is_of_another_market:
        return MarketReplaced, "is of another market than its id stands for now"
    age = order.now - shown.quoted_at
    if age > order.max_quote_age:
        most = f"more than {_seconds(order.max_quote_age)} s, and the exchange shows no newer one"
        return StaleQuote, f"has a quote that is {_seconds(age)} s old, {most}"
    if not shown.tradable:
        return MarketClosed, "is of a market that takes no orders"
    return None if shown.bids.levels else NO_BID


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
