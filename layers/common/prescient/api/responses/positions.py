"""What clients get for positions that end by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from prescient.api.responses.values import Money, Price, Shares
from prescient.core.market.fills import Evidence
from prescient.core.portfolio.positions import Exit


class SharesSold(BaseModel):
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


class PositionWrittenOff(BaseModel):
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


class SharesLeft(BaseModel):
    """Shares that could not be sold, null where they are unknown, and why."""

    model_config = ConfigDict(from_attributes=True)

    position_id: int
    shares: Shares | None
    obstacle: str


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
