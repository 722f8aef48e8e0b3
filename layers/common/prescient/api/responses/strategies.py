"""What clients see of strategies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from prescient.api.models import Model
from prescient.core.strategies.configuration import StrategyConfiguration

if TYPE_CHECKING:
    from prescient.core.strategies.protocol import Strategy


class StrategyKey(Model):
    """A key of `strategy_config`, with what it is where a portfolio does not name it."""

    key: str
    description: str | None
    default: Any
    is_required: bool


class StrategyListed(Model):
    """A strategy and its keys. `is_own` is one of the user's, beside Prescient's.

    `sells` says whether its rule sells, too: else positions end by stop, target, settlement or by
    hand.
    """

    strategy_type: str
    is_own: bool
    sells: bool
    keys: list[StrategyKey]

    @classmethod
    def of(cls, strategy: Strategy[Any], *, is_own: bool) -> Self:
        return cls.model_validate(_values(strategy, is_own=is_own))


class StrategyShown(StrategyListed):
    """With the JSON Schema of `strategy_config`."""

    json_schema: Mapping[str, Any]

    @classmethod
    def of(cls, strategy: Strategy[Any], *, is_own: bool) -> Self:
        schema = strategy.configuration.model_json_schema()
        return cls.model_validate({**_values(strategy, is_own=is_own), "json_schema": schema})


class RefusedStrategy(Model):
    """A module of the user's that is no strategy, and why."""

    strategy_type: str
    reason: str


class StrategiesAnswer(Model):
    """All strategies: Prescient's, then the user's by name; and what was refused."""

    message: str
    strategies: list[StrategyListed]
    refused: list[RefusedStrategy]


class StrategyAnswer(Model):
    """One strategy."""

    message: str
    strategy: StrategyShown


def _values(strategy: Strategy[Any], *, is_own: bool) -> dict[str, Any]:
    return {
        "strategy_type": strategy.name,
        "is_own": is_own,
        "sells": strategy.exits is not None,
        "keys": list(_keys(strategy.configuration)),
    }


def _keys(model: type[StrategyConfiguration]) -> Iterator[StrategyKey]:
    """Yield the declared keys; a default that is computed has the value for the other defaults."""
    usual = _usual(model)
    for key, field in model.model_fields.items():
        yield StrategyKey(
            key=key,
            description=field.description,
            default=getattr(usual, key, None),
            is_required=field.is_required(),
        )


def _usual(model: type[StrategyConfiguration]) -> StrategyConfiguration | None:
    """Return the configuration of defaults; None where a key is required."""
    try:
        return model()
    except ValidationError:
        return None


class ConfigurationChecked(Model):
    """A configuration that a portfolio could have, with every key: `effective`."""

    message: str
    strategy_type: str
    strategy_config: Mapping[str, Any]
    effective: Mapping[str, Any]
