"""Bodies of requests that end a position by hand."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from prescient.api.requests.values import Reason, RequestedShares


class ClosePosition(BaseModel):
    """How many of the shares to sell: all of them where it is not given."""

    model_config = ConfigDict(extra="forbid")

    shares: RequestedShares | None = Field(None, description="Shares, at most two decimals")


class WriteOff(BaseModel):
    """Why a position is given up: it stays in the record."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
