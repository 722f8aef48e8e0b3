"""What clients see of positions, and get for those that end by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import SkipValidation
from typing_extensions import TypedDict

from prescient.api.exact_json import Written, written
from prescient.api.models import FromAttributes, Model
from prescient.api.responses.pages import PageAnswer
from prescient.api.responses.values import Money, Price, Shares, SignedPercent
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import Outcome
from prescient.core.money import SHARE_STEP, percent_of
from prescient.core.portfolio.positions import Action, Exit, PositionStatus
from prescient.store.positions import PositionRow


class Position(TypedDict):
    """A position; `shares` and `cost_basis` are what is still held of it, `value` at the mark.

    `outcome` is the name of what it bets on. `bid`, `ask` and `mark_price` are that outcome's;
    `quoted_at` and `quote_age_seconds` say when they were seen. A bid at or beyond
    `stop_loss_bid` or `take_profit_bid` closes it. `current_pnl` is of what is held,
    `realized_pnl` of what was sold; `total_pnl` is both, and `pnl_percent` that of what it cost,
    fees included. `reason` and `confidence` are those of the decision. What is about now is null
    where it is closed, and before the market's first price. `flag` says why it cannot settle.
    """

    position_id: int
    trade_id: str
    market_id: str
    market_question: str
    event_id: str | None
    event_title: str | None
    end_date: datetime | None
    outcome: str | None
    action: Action
    amount: Money
    fee: Money
    shares: Shares | None
    cost_basis: Money
    entry_price: Price
    entry_timestamp: datetime
    status: PositionStatus
    bid: Price | None
    ask: Price | None
    mark_price: Price | None
    quoted_at: datetime | None
    quote_age_seconds: int | None
    value: Money | None
    current_pnl: Money | None
    realized_pnl: Money
    total_pnl: Money
    pnl_percent: SignedPercent | None
    stop_loss_bid: Price | None
    take_profit_bid: Price | None
    confidence: Price | None
    reason: str | None
    flag: str | None
    group_id: str | None
    exit_price: Price | None
    exit_timestamp: datetime | None


class PositionsAnswer(PageAnswer):
    """A page of positions, newest first."""

    positions: SkipValidation[list[Position]]


class SharesSold(Model):
    """What a sale by hand brought; `realized_pnl` has the fees of both sides.

    `quoted_at` is when the bids were shown that it took, `evidence` whether by a book or by the
    best bid alone.
    """

    position_id: int
    shares: Shares
    shares_left: Shares
    price: Price
    evidence: Evidence
    quoted_at: datetime
    proceeds: Money
    fee: Money
    realized_pnl: Money

    @classmethod
    def of(cls, made: Exit) -> Self:
        return cls.model_validate(_sale(made))


class PositionClosed(SharesSold):
    """A sale by hand. Shares without a bid stay held."""

    message: str

    @classmethod
    def of(cls, made: Exit) -> Self:
        message = "Shares sold" if made.shares_left else "Position closed"
        return cls.model_validate({"message": message, **_sale(made)})


class PositionWrittenOff(Model):
    """A position that was given up; `realized_pnl` is what it had cost, as a loss.

    `shares` are null where they were unknown.
    """

    message: str
    position_id: int
    shares: Shares | None
    realized_pnl: Money
    reason: str

    @classmethod
    def of(cls, made: Exit, reason: str) -> Self:
        return cls(
            message="Position written off",
            position_id=made.holding.position_id,
            shares=made.shares or None,
            realized_pnl=made.realized_pnl,
            reason=reason,
        )


class SharesLeft(FromAttributes):
    """Shares that could not be sold, null where they are unknown, and why."""

    position_id: int
    shares: Shares | None
    obstacle: str


def position_shown(row: PositionRow, now: datetime) -> Position:
    """Return what clients see of a position."""
    bet = _BETS[row.action]
    return {
        "position_id": row.position_id,
        "trade_id": row.trade_id,
        "market_id": row.market_id,
        "market_question": row.market_question,
        "event_id": row.event_id,
        "event_title": row.event_title,
        "end_date": row.end_date,
        "outcome": row.yes_outcome if bet.outcome is Outcome.YES else row.no_outcome,
        "action": bet.action,
        "amount": Written(row.amount),
        "fee": Written(row.fee),
        "shares": _shares(row.shares),
        "cost_basis": Written(row.cost_basis),
        "entry_price": Written(row.entry_price),
        "entry_timestamp": row.entry_timestamp,
        "status": _STATUSES[row.status],
        "bid": written(row.bid),
        "ask": written(row.ask),
        "mark_price": written(row.mark_price),
        "quoted_at": row.quoted_at,
        "quote_age_seconds": None if row.quoted_at is None else _seconds(now - row.quoted_at),
        "value": written(row.value),
        "current_pnl": written(row.current_pnl),
        "realized_pnl": Written(row.realized_pnl),
        "total_pnl": Written(row.total_pnl),
        "pnl_percent": percent_of(Decimal(row.total_pnl), Decimal(row.amount) + Decimal(row.fee)),
        "stop_loss_bid": written(row.stop_loss_bid),
        "take_profit_bid": written(row.take_profit_bid),
        "confidence": written(row.confidence),
        "reason": row.reason,
        "flag": row.flag,
        "group_id": row.group_id,
        "exit_price": written(row.exit_price),
        "exit_timestamp": row.exit_timestamp,
    }


class _Bet(NamedTuple):
    action: Action
    outcome: Outcome


_BETS = {action.value: _Bet(action, action.outcome) for action in Action}
_STATUSES = {status.value: status for status in PositionStatus}


def _seconds(age: timedelta) -> int:
    return round(age.total_seconds())


def _shares(digits: str | None) -> Decimal | Written | None:
    """Shares to hundredths, as all are but those of schema v1."""
    if digits is None:
        return None
    hundredths, rest = digits[:-4], digits[-4:]
    return Written(hundredths) if rest == "0000" else Decimal(digits).quantize(SHARE_STEP)


def _sale(made: Exit) -> dict[str, object]:
    return {
        "position_id": made.holding.position_id,
        "shares": made.shares,
        "shares_left": made.shares_left,
        "price": made.price,
        "evidence": made.evidence,
        "quoted_at": made.by_hand and made.by_hand.quoted_at,
        "proceeds": made.proceeds,
        "fee": made.fee,
        "realized_pnl": made.realized_pnl,
    }
