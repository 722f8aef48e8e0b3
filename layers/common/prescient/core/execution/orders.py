"""Orders: a cycle's signals with what its batch, and anything newer, says of their markets."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.market.bids import Bids
from prescient.core.market.fills import Offers
from prescient.core.market.markets import EventId, FeeSchedule, MarketId
from prescient.core.portfolio.positions import Action, Holding


class BuyOrder(NamedTuple):
    """A buy signal with what is offered of its outcome.

    `target_price` is 0–1, `budget` dollars with fees; `bid` is that of the bought outcome. The
    legs of a group (`group_id`) name the exact `shares` that each of them must get.
    `quote_age` is how old the quote was when `filter` ended, `quote_delay` how old it is now;
    `time_to_end` is negative once the market has ended, None where its end is unknown. With
    `shared_depth` what earlier portfolios of the cycle bought is no longer in `available`.
    `identity_changed`: the market id stands for another market now.
    """

    signal_id: int
    market_id: MarketId
    event_id: EventId | None
    action: Action
    target_price: Decimal
    budget: Decimal
    confidence: Decimal
    liquidity: Decimal
    available: Offers
    bid: Decimal
    tick_size: Decimal
    fee: FeeSchedule
    open: bool
    quote_age: timedelta
    quote_delay: timedelta
    time_to_end: timedelta | None
    shares: Decimal | None = None
    group_id: str | None = None
    outcome_proposed: bool = False
    identity_changed: bool = False
    shared_depth: bool = False


class SellOrder(NamedTuple):
    """A sell signal with its position and what is bid for the held outcome.

    `target_price` is the bid at decision, 0–1; of `shares`, at most those that are held are sold.
    A turn has at most one order a position. Times and `shared_depth` are those of `BuyOrder`.
    """

    signal_id: int
    holding: Holding
    shares: Decimal
    target_price: Decimal
    bids: Bids
    fee: FeeSchedule
    open: bool
    quote_age: timedelta
    quote_delay: timedelta
    identity_changed: bool = False
    shared_depth: bool = False


Order = BuyOrder | SellOrder
