"""Events, markets and their quotes, as every part of the system sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import md5
from typing import NamedTuple, NewType

from prescient.core.money import ONE, ZERO

EventId = NewType("EventId", str)
MarketId = NewType("MarketId", str)
Identity = NewType("Identity", str)
"""A digest of a market's condition id and both token ids, in their order."""


class Outcome(StrEnum):
    """YES is a market's outcome 0, NO its outcome 1, whatever the market calls them."""

    YES = "yes"
    NO = "no"


class ResolutionStatus(StrEnum):
    """Where the oracle stands with a market's outcome; None elsewhere means not asked yet."""

    PROPOSED = "proposed"
    CHALLENGED = "challenged"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


PENDING = frozenset(
    {ResolutionStatus.PROPOSED, ResolutionStatus.CHALLENGED, ResolutionStatus.DISPUTED}
)
"""An outcome is known and may still be reversed: nothing is bought, and nothing is paid."""


class Quote(NamedTuple):
    """Best bid and best ask of one outcome, probabilities 0–1.

    An empty side is bid 0 or ask 1, which is how the exchange shows it.
    """

    bid: Decimal
    ask: Decimal

    @property
    def spread(self) -> Decimal:
        return self.ask - self.bid

    @property
    def has_bid(self) -> bool:
        return self.bid > ZERO

    @property
    def has_ask(self) -> bool:
        return ZERO < self.ask < ONE

    def of(self, outcome: Outcome) -> Quote:
        """The outcome's side of this quote of YES."""
        return self if outcome is Outcome.YES else self.complement()

    def complement(self) -> Quote:
        """The other outcome's quote: a bid for YES is an offer of NO."""
        return Quote(bid=ONE - self.ask, ask=ONE - self.bid)


class FeeSchedule(NamedTuple):
    """A market's taker fee: `shares × rate × (p × (1 − p))^exponent` dollars."""

    rate: Decimal = ZERO
    exponent: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Market:
    """One binary question as one fetch saw it.

    Prices are probabilities 0–1; liquidity and volumes are dollars. `quote` is that of YES and is
    None only when the exchange shows neither side. `yes_price` and `no_price` are the outcome
    prices, None when missing. `fee` is None where it could not be read: what was stored stands.
    `payload` is the row as the exchange sent it.
    """

    market_id: MarketId
    event_id: EventId | None
    question: str
    outcomes: tuple[str, str]
    condition_id: str | None
    yes_token_id: str | None
    no_token_id: str | None
    yes_price: Decimal | None
    no_price: Decimal | None
    quote: Quote | None
    liquidity: Decimal
    volume: Decimal
    volume_24h: Decimal
    one_day_price_change: Decimal | None
    tick_size: Decimal
    fee: FeeSchedule | None
    active: bool
    closed: bool
    accepting_orders: bool
    neg_risk: bool
    resolution_status: ResolutionStatus | None
    end_date: datetime | None
    payload: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def identity(self) -> Identity | None:
        """What the market id stands for; None while a part of it is unknown."""
        if self.condition_id is None or self.yes_token_id is None or self.no_token_id is None:
            return None
        parts = f"{self.condition_id}|{self.yes_token_id}|{self.no_token_id}"
        return Identity(md5(parts.encode(), usedforsecurity=False).hexdigest())

    @property
    def is_tradable(self) -> bool:
        return self.active and self.accepting_orders and not self.closed

    def token_of(self, outcome: Outcome) -> str | None:
        """The id of the outcome's token, by which the CLOB knows its book."""
        return self.yes_token_id if outcome is Outcome.YES else self.no_token_id


@dataclass(frozen=True, slots=True)
class Event:
    """A group of markets. `tags` are the slugs of its tags; liquidity and volumes are dollars.

    `market_count` is how many the exchange lists, those included that `markets` leaves out.
    `payload` is the row as the exchange sent it, without its markets.
    """

    event_id: EventId
    title: str
    slug: str
    tags: tuple[str, ...]
    liquidity: Decimal
    volume: Decimal
    volume_24h: Decimal
    start_date: datetime | None
    end_date: datetime | None
    neg_risk: bool
    neg_risk_augmented: bool
    active: bool
    closed: bool
    market_count: int
    markets: tuple[Market, ...]
    payload: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
