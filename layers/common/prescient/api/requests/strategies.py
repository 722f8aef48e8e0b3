"""Bodies of requests about strategies."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ConfigurationToCheck(BaseModel):
    """Keys of a strategy's configuration; those that are absent follow their defaults."""

    model_config = ConfigDict(extra="forbid")

    strategy_config: dict[str, Any] = Field({}, description="Keys of the strategy's own model")
