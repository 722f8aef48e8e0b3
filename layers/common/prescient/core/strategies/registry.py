"""Every strategy by its name, and the validation of its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from prescient.core.errors import InvalidRequest
from prescient.core.strategies import arbitrage, hybrid, mean_reversion, momentum, random
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import Strategy

STRATEGIES: Mapping[str, Strategy[Any]] = {
    strategy.name: strategy
    for strategy in (
        momentum.STRATEGY,
        mean_reversion.STRATEGY,
        arbitrage.STRATEGY,
        hybrid.STRATEGY,
        random.STRATEGY,
    )
}


def find(strategy_type: str) -> Strategy[Any]:
    """The strategy of this name; raises `InvalidRequest` for an unknown one."""
    if strategy_type not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        raise InvalidRequest(f"strategy_type: {strategy_type!r} is not one of {known}")
    return STRATEGIES[strategy_type]


def sells(strategy_type: str) -> bool:
    """Whether the strategy has exits of its own; an unknown one has none."""
    strategy = STRATEGIES.get(strategy_type)
    return strategy is not None and strategy.exits is not None


def configuration(strategy_type: str, values: Mapping[str, object]) -> StrategyConfiguration:
    """The validated configuration; raises `InvalidRequest` naming each bad key and its rule."""
    model: type[StrategyConfiguration] = find(strategy_type).configuration
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest(*_problems(error)) from error


def _problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(('strategy_config', *map(str, found['loc'])))}: "
        f"{found['msg'].removeprefix('Value error, ')}"
        for found in error.errors(include_url=False)
    ]
