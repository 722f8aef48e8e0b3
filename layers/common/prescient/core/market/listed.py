"""Events and their markets, as one fetch saw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import md5

from prescient.core.market.markets import (
    EventId,
    FeeSchedule,
    Identity,
    MarketId,
    Outcome,
    Quote,
    ResolutionStatus,
)

Payload = Mapping[str, object] | Callable[[], bytes]
"""A row as the exchange sent it: decoded, or a function that finds its JSON."""


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
    payload: Payload = field(default_factory=dict, repr=False, compare=False)

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
    payload: Payload = field(default_factory=dict, repr=False, compare=False)
