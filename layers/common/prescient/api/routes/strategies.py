"""Strategies: which there are, what each can be told, and whether a configuration is one."""

from __future__ import annotations

from prescient.api.authorization import Scope
from prescient.api.requests.parameters import StrategyTypeInPath
from prescient.api.requests.strategies import ConfigurationToCheck
from prescient.api.responses.strategies import (
    ConfigurationChecked,
    RefusedStrategy,
    StrategiesAnswer,
    StrategyAnswer,
    StrategyListed,
    StrategyShown,
)
from prescient.api.routing import RouteTable
from prescient.core.errors import StrategyNotFound
from prescient.core.strategies import registry

routes = RouteTable("Strategies")


@routes.route(["GET"], "/strategies", scope=Scope.READ, answers={200: StrategiesAnswer})
def list_strategies() -> StrategiesAnswer:
    """List the strategies that a portfolio can have, with their keys and defaults."""
    own = registry.registered()
    return StrategiesAnswer(
        message="Strategies retrieved",
        strategies=[
            StrategyListed.of(strategy, is_own=name in own)
            for name, strategy in {**registry.STRATEGIES, **own}.items()
        ],
        refused=[
            RefusedStrategy(strategy_type=name, reason=reason)
            for name, reason in registry.refused().items()
        ],
    )


@routes.route(
    ["GET"],
    "/strategies/<strategy_type>",
    scope=Scope.READ,
    answers={200: StrategyAnswer},
    errors=(404, 422),
)
def get_strategy(strategy_type: StrategyTypeInPath) -> StrategyAnswer:
    """Read a strategy with its keys, their defaults and the JSON Schema of its configuration."""
    own = registry.registered()
    strategy = {**registry.STRATEGIES, **own}.get(strategy_type)
    if strategy is None:
        raise StrategyNotFound(strategy_type)
    shown = StrategyShown.of(strategy, is_own=strategy_type in own)
    return StrategyAnswer(message="Strategy retrieved", strategy=shown)


@routes.route(
    ["POST"],
    "/strategies/<strategy_type>/validate",
    scope=Scope.READ,
    answers={200: ConfigurationChecked},
    errors=(404,),
)
def validate_configuration(
    strategy_type: StrategyTypeInPath, body: ConfigurationToCheck
) -> ConfigurationChecked:
    """Check a configuration as creating a portfolio would, and create none.

    422 names each key that breaks a rule.
    """
    if strategy_type not in {**registry.STRATEGIES, **registry.registered(), **registry.refused()}:
        raise StrategyNotFound(strategy_type)
    found = registry.configuration(strategy_type, body.strategy_config)
    return ConfigurationChecked(
        message="The configuration is valid",
        strategy_type=strategy_type,
        strategy_config=found.model_dump(exclude_unset=True),
        effective=found.model_dump(),
    )
