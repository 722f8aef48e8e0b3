"""What clients see of markets."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money, Number, Price, Shares
from prescient.core.portfolio.positions import Action
from prescient.store.market_pages import MarketRow


class Market(Model):
    """A market as the exchange lists it, with its newest prices, which are those of YES.

    `mark_stale` says that the newest quote was not trusted, so that an earlier mark stands.
    `quoted_at` and `quote_age_seconds` say when it was seen. `yes_payout` is what a share of YES
    paid once it resolved. What was never priced has nulls.
    """

    market_id: str
    question: str
    event_id: str | None
    event_title: str | None
    tags: list[str]
    end_date: datetime | None
    yes_outcome: str
    no_outcome: str
    condition_id: str | None
    yes_token_id: str | None
    no_token_id: str | None
    tick_size: Price
    neg_risk: bool
    fee_rate: Number
    fee_exponent: Number
    best_bid: Price | None
    best_ask: Price | None
    mark: Price | None
    mark_stale: bool | None
    quoted_at: datetime | None
    quote_age_seconds: int | None
    liquidity: Money | None
    volume: Money | None
    accepting_orders: bool | None
    closed: bool | None
    resolution_status: str | None
    yes_payout: Price | None
    updated_at: datetime

    @classmethod
    def of(cls, row: MarketRow, now: datetime) -> Self:
        quoted_at = row.quoted_at
        age = None if quoted_at is None else round((now - quoted_at).total_seconds())
        return cls.model_validate({**row._asdict(), "quote_age_seconds": age})


class MarketsAnswer(PageAnswer):
    """A page of markets, by id."""

    markets: list[Market]


class MarketAnswer(Model):
    """One market."""

    message: str
    market: Market


class Observation(FromAttributes):
    """What a batch saw of a market; quote and mark are those of YES."""

    batch_id: int
    timestamp: datetime
    best_bid: Price | None
    best_ask: Price | None
    mark: Price | None
    mark_stale: bool
    yes_price: Price | None
    no_price: Price | None
    liquidity: Money | None
    volume: Money | None
    accepting_orders: bool | None
    closed: bool | None


class MarketHistoryAnswer(PageAnswer):
    """A page of what the tape has of a market, newest first."""

    observations: list[Observation]


class Holder(FromAttributes):
    """An open position in a market."""

    position_id: int
    portfolio_id: int
    portfolio_name: str
    action: Action
    shares: Shares | None
    cost_basis: Money
    entry_timestamp: datetime


class ExposureAnswer(PageAnswer):
    """What all portfolios hold of a market, in dollars of cost, and a page of their positions."""

    market_id: str
    exposure: Money
    holders: list[Holder]
