"""Bodies of requests for twins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from prescient.api.models import Model
from prescient.api.requests.because import Because
from prescient.api.requests.portfolios import UpdatePortfolio
from prescient.api.requests.values import Name, Text
from prescient.core.broken_rules import BrokenRule, rule
from prescient.core.portfolio.configurations import GUARD_KEYS, LIMIT_KEYS
from prescient.core.portfolio.portfolios import DEFAULT_MAX_POSITIONS
from prescient.usecases.experiments import Twin


class ChangedKey(Model):
    """The one key in which a twin differs; null lets a key of the strategy follow its default."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        description="strategy_type, a limit, or strategy_config.KEY for a key of the strategy",
        max_length=255,
    )
    value: Any = Field(description="What the key has in the twin")

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        """A limit is read as `PATCH` reads it; the strategy checks its own keys."""
        if self.key in {*LIMIT_KEYS, *GUARD_KEYS, "strategy_type"}:
            try:
                given = UpdatePortfolio.model_validate({self.key: self.value})
            except ValidationError as error:
                raise BrokenRule("value", rule(error.errors()[0])) from None
            self.value = getattr(given, self.key)
        if self.key == "max_positions" and self.value is None:
            self.value = DEFAULT_MAX_POSITIONS
        return self


class Clone(Because):
    """A twin to create: its name, why, and at most one key in which it differs."""

    name: Name
    description: Text | None = Field(None, description="That of the portfolio unless given")
    changed: ChangedKey | None = Field(None, description="Without one it is the same")

    def twin(self) -> Twin:
        named = Twin(name=self.name, description=self.description, reason=self.reason)
        if self.changed is None:
            return named
        return replace(named, key=self.changed.key, value=self.changed.value)
