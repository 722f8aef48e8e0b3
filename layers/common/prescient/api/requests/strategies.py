"""Bodies of requests about strategies."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from prescient.api.models import Model


class ConfigurationToCheck(Model):
    """Keys of a strategy's configuration; those that are absent follow their defaults."""

    model_config = ConfigDict(extra="forbid")

    strategy_config: dict[str, Any] = Field({}, description="Keys of the strategy's own model")
