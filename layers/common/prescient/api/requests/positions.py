"""Bodies of requests that end a position by hand."""

from __future__ import annotations

from pydantic import Field

from prescient.api.requests.because import Because
from prescient.api.requests.values import RequestedShares


class ClosePosition(Because):
    """Why it is sold, and how many of the shares: all of them where it is not given."""

    shares: RequestedShares | None = Field(None, description="Shares, at most two decimals")


class WriteOff(Because):
    """Why a position is given up."""
