"""Bodies of requests that change a status, each with its reason."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, Strict, model_validator

from prescient.api.requests.because import Because
from prescient.api.requests.values import LargeCount
from prescient.core.broken_rules import BrokenRule
from prescient.core.portfolio.guards import Reset
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.usecases.portfolio_management import PortfolioChange

Resets = Annotated[
    Reset,
    Field(description="What begins anew: the peak, with the equity of now, or nothing"),
]


def partial_to_liquidate(schema: dict[str, Any]) -> None:
    """Say in a schema that `partial` goes with `liquidate` alone."""
    schema["allOf"] = [{"if": is_true("partial"), "then": is_true("liquidate")}]


def is_true(name: str) -> dict[str, Any]:
    """Return the schema of an object of which this key is true."""
    return {"properties": {name: {"const": True}}, "required": [name]}


class Pausing(Because):
    """Why a portfolio opens nothing any more."""

    def change(self) -> PortfolioChange:
        return PortfolioChange(status=PortfolioStatus.PAUSED, reason=self.reason)


class Reactivation(Because):
    """Why a portfolio trades again, and what it begins anew with."""

    resets: Resets = Reset.NOTHING

    def change(self) -> PortfolioChange:
        status = PortfolioStatus.ACTIVE
        return PortfolioChange(status=status, reason=self.reason, resets=self.resets)


class ReactivationOfAll(Because):
    """Why they trade again, which pause ends, and what they begin anew with."""

    resets: Resets = Reset.NOTHING
    pause_id: LargeCount | None = Field(
        None, description="The newest pause that still holds a portfolio unless given"
    )


class Archiving(Because):
    """Why a portfolio ends, and what becomes of its open positions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=partial_to_liquidate)

    liquidate: Annotated[bool, Strict()] = Field(
        False, description="Sell all open positions at their bids, or none"
    )
    partial: Annotated[bool, Strict()] = Field(
        False, description="With liquidate: sell what is bid for; where some is left, pause instead"
    )

    @model_validator(mode="after")
    def _partial_to_liquidate(self) -> Self:
        if self.partial and not self.liquidate:
            raise BrokenRule("partial", "goes with liquidate alone")
        return self

    def change(self) -> PortfolioChange:
        return PortfolioChange(
            status=PortfolioStatus.ARCHIVED,
            reason=self.reason,
            liquidate=self.liquidate,
            partial=self.partial,
        )
