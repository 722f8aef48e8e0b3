"""What clients see of trades."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money, Number, Price, Shares
from prescient.core.market.fills import Evidence
from prescient.core.portfolio.positions import Action, PositionStatus


class Trade(BaseModel):
    """A buy, which opened the position `position_id`; `entry_price` is its average.

    `target_price` was the best ask at the decision. `quote_delay_seconds` is from the quote to the
    fill, `evidence` what the fill rests on: a book, a quote or an assumed price. `realized_pnl` is
    that of its position so far. What the older system did not keep is null.
    """

    model_config = ConfigDict(from_attributes=True)

    trade_id: str
    position_id: int | None
    cycle_id: int | None
    timestamp: datetime
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    event_end_date: datetime | None
    action: Action
    shares: Shares | None
    amount: Money
    fee: Money
    entry_price: Price
    target_price: Price | None
    evidence: Evidence | None
    quote_delay_seconds: Number | None
    confidence: Price | None
    reason: str | None
    status: PositionStatus
    group_id: str | None
    realized_pnl: Money | None


class TradesAnswer(PageAnswer):
    """A page of trades, newest first."""

    trades: list[Trade]
