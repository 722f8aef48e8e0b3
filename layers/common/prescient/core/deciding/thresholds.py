"""What one cycle asks of all candidates besides each portfolio's own configuration."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from prescient.core.broken_rules import BrokenRule

ThresholdDollars = Annotated[
    Decimal,
    Field(ge=0, lt=10**15, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
Conviction = Annotated[
    Decimal,
    Field(ge=0, le=1, allow_inf_nan=False),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]


class Thresholds(BaseModel):
    """What a cycle asks of all candidates: liquidity and volume in dollars, conviction 0–1.

    Conviction is |yes − no|. None asks nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_min_liquidity: ThresholdDollars | None = Field(None, description="Dollars an event")
    event_min_volume: ThresholdDollars | None = Field(
        None, description="Dollars an event, all time"
    )
    min_liquidity: ThresholdDollars | None = Field(None, description="Dollars a market")
    min_volume: ThresholdDollars | None = Field(None, description="Dollars a market, all time")
    min_market_conviction: Conviction | None = Field(None, description="Least |yes − no|")
    max_market_conviction: Conviction | None = Field(None, description="Largest |yes − no|")

    @model_validator(mode="after")
    def _refuse_an_empty_band(self) -> Self:
        lowest, highest = self.min_market_conviction, self.max_market_conviction
        if lowest is not None and highest is not None and lowest > highest:
            raise BrokenRule(
                "min_market_conviction",
                "is above max_market_conviction: nothing could trade",
            )
        return self
