"""Every strategy by its name, and the validation of its configuration.

Prescient's own stand in `STRATEGIES`; a user's are registered beside them when a process starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prescient.core.broken_rules import location, rule
from prescient.core.errors import InvalidRequest, InvalidStrategy
from prescient.core.strategies.configuration import StrategyConfiguration

if TYPE_CHECKING:
    from prescient.core.strategies.protocol import Strategy
    from prescient.core.strategies.registration import OwnStrategy


class _Shipped(Mapping[str, "Strategy[Any]"]):
    """Prescient's own strategies, each in the module of its name.

    A module is imported when its strategy is first asked for: a step's portfolios share one or two.
    """

    _names = ("momentum", "mean_reversion", "arbitrage", "hybrid", "random")

    def __getitem__(self, name: str) -> Strategy[Any]:
        if name not in self:
            raise KeyError(name)
        strategy: Strategy[Any] = import_module(f"prescient.core.strategies.{name}").STRATEGY
        return strategy

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


STRATEGIES: Mapping[str, Strategy[Any]] = _Shipped()
_registered: dict[str, OwnStrategy] = {}
_refused: dict[str, str] = {}


def register(own: OwnStrategy) -> None:
    """Add a user's strategy; a later one of its name takes its place.

    Raises `InvalidStrategy` where Prescient has one of its name.
    """
    name = own.strategy.name
    if name in STRATEGIES:
        raise InvalidStrategy("has the name of a strategy of Prescient's own: rename it")
    _registered[name] = own
    _refused.pop(name, None)


def refuse(name: str, reason: str) -> None:
    """Remember why the module of this name is no strategy, and say so to each caller that asks."""
    _registered.pop(name, None)
    _refused[name] = reason


def registered() -> Mapping[str, Strategy[Any]]:
    """The user's strategies, in the order of their names."""
    return {name: _registered[name].strategy for name in sorted(_registered)}


def refused() -> Mapping[str, str]:
    """Why modules of the user's are no strategies, by name."""
    return {name: _refused[name] for name in sorted(_refused)}


def find(strategy_type: str) -> Strategy[Any]:
    """The strategy of this name; raises `InvalidRequest` for an unknown or refused one."""
    if strategy_type in STRATEGIES:
        return STRATEGIES[strategy_type]
    if strategy_type in _registered:
        return _registered[strategy_type].strategy
    if strategy_type in _refused:
        raise InvalidRequest(f"strategy_type: {_refused[strategy_type]}")
    known = ", ".join((*STRATEGIES, *registered()))
    others = "".join(f"; refused: {reason}" for reason in refused().values())
    raise InvalidRequest(f"strategy_type: {strategy_type!r} is not one of {known}{others}")


def sells(strategy_type: str) -> bool:
    """Whether the strategy has exits of its own; an unknown one has none."""
    try:
        return find(strategy_type).exits is not None
    except InvalidRequest:
        return False


def configuration(strategy_type: str, values: Mapping[str, object]) -> StrategyConfiguration:
    """The validated configuration; raises `InvalidRequest` naming each bad key and its rule."""
    model: type[StrategyConfiguration] = find(strategy_type).configuration
    try:
        if strategy_type in _registered:
            return _registered[strategy_type].configure(values)
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest(*_problems(error, model)) from error


def _problems(error: ValidationError, model: type[StrategyConfiguration]) -> list[str]:
    known = ", ".join(sorted(model.model_fields))
    problems = []
    for found in error.errors(include_url=False):
        place = location(found)
        is_unknown = found["type"] == "extra_forbidden" and len(place) == 1
        hint = f"; known are {known}" if is_unknown else ""
        problems.append(f"{'.'.join(('strategy_config', *place))}: {rule(found)}{hint}")
    return problems
