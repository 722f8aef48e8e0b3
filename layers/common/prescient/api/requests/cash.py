"""Bodies of requests that move cash."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, Strict

from prescient.api.models import Model
from prescient.api.requests.because import Because
from prescient.api.requests.values import Count, RequestedCash
from prescient.core.portfolio.targets import Targets


class Rebalance(Model):
    """How to share the capital between the active portfolios that have a `rebalance_threshold`."""

    model_config = ConfigDict(extra="forbid")

    targets: Targets
    only_significant: Annotated[bool, Strict()] = Field(
        False, description="Only between portfolios that the comparison can tell apart"
    )


class CashFlow(Because):
    """Dollars to pay in or out, and why."""

    amount: RequestedCash


class CashTransfer(Because):
    """Dollars to move from one portfolio to another, and why."""

    from_portfolio_id: Count
    to_portfolio_id: Count
    amount: RequestedCash
