"""Bodies of requests that move cash."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict

from prescient.api.requests.values import Count, Reason, RequestedCash, Text
from prescient.core.portfolio.targets import Targets


class Rebalance(BaseModel):
    """How to share the capital between the active portfolios that have a `rebalance_threshold`."""

    model_config = ConfigDict(extra="forbid")

    targets: Targets
    only_significant: Annotated[bool, Strict()] = Field(
        False, description="Only between portfolios that the comparison can tell apart"
    )


class CashFlow(BaseModel):
    """Dollars to pay in or out."""

    model_config = ConfigDict(extra="forbid")

    amount: RequestedCash
    reason: Reason | None = Field(None, description="Why, for the record")


class CashTransfer(BaseModel):
    """Dollars to move from one portfolio to another."""

    model_config = ConfigDict(extra="forbid")

    from_portfolio_id: Count
    to_portfolio_id: Count
    amount: RequestedCash
    reason: Text | None = None
