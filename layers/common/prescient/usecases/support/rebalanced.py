"""What a rebalancing did, or would do."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.targets import Targets


class TransferResult(BaseModel):
    """Dollars that went, or would go, from one portfolio to another."""

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Decimal

    @classmethod
    def of(cls, transfer: Transfer) -> TransferResult:
        return cls(
            from_portfolio_id=transfer.from_id,
            to_portfolio_id=transfer.to_id,
            amount=transfer.amount,
        )


class PlaceResult(BaseModel):
    """Where a portfolio stood beside its target, in dollars; drift is a part of all equity."""

    model_config = ConfigDict(from_attributes=True)

    portfolio_id: int
    equity: Decimal
    target: Decimal
    drift: Decimal
    threshold: Decimal
    has_drifted: bool


class RebalancingResult(BaseModel):
    """What was moved or, in a `dry_run`, what would be; in dollars.

    `held_back` stays because the portfolios cannot be told apart. `places` are at most the 100 of
    `portfolios` that drifted the farthest.
    """

    dry_run: bool
    targets: Targets
    only_significant: bool
    portfolios: int
    places: list[PlaceResult]
    transfers: list[TransferResult]
    held_back: Decimal
