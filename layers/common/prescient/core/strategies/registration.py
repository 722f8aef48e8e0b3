"""The rules that a user's module obeys to be a strategy, and the time limit of its code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from prescient.core.errors import InvalidRequest, InvalidStrategy
from prescient.core.strategies.configuration import HistoryNeed, StrategyConfiguration
from prescient.core.strategies.protocol import Strategy

ResultT = TypeVar("ResultT")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST_TEXT = 200


class Within(Protocol):
    """Runs a piece of work, and raises `TimeoutError` where it does not end."""

    def __call__(self, work: Callable[[], ResultT], /) -> ResultT: ...


class OwnStrategy(NamedTuple):
    """A user's strategy; whatever it runs ends within `within`."""

    strategy: Strategy[Any]
    within: Within

    def configure(self, values: Mapping[str, object]) -> StrategyConfiguration:
        """The validated configuration.

        Raises pydantic's `ValidationError`, and `InvalidRequest` where the user's code fails.
        """
        try:
            return self.within(lambda: _configured(self.strategy.configuration, values))
        except ValidationError:
            raise
        except Exception as error:
            problem = f"strategy_config: {self.strategy.name} {told(error)}"
            raise InvalidRequest(problem) from error


def own_strategy(name: str, found: object, within: Within) -> OwnStrategy:
    """Check the user's strategy, whose module is called `name`.

    Whatever code of the user's runs, `within` runs it and raises `TimeoutError` where it does not
    end. Raises `InvalidStrategy` naming the rule that `found` breaks.
    """
    if not isinstance(found, Strategy):
        raise InvalidStrategy("has no STRATEGY: that is a Strategy(name, configuration, rule)")
    if not _NAME.fullmatch(name):
        raise InvalidStrategy("is no name: small letters, digits and _, at most 64 of them")
    if found.name != name:
        raise InvalidStrategy(f"names its STRATEGY {found.name!r}: give it the module's name")
    rules: list[object] = [found.rule, *([] if found.exits is None else [found.exits])]
    if not all(map(callable, rules)):
        raise InvalidStrategy("has a rule that is no function")
    _check_model(found.configuration)
    own = OwnStrategy(_bounded(found, within), within)
    try:
        own.configure({})
    except (ValidationError, InvalidRequest) as error:
        raise InvalidStrategy(f"cannot be used as it is: {told(error)}") from error
    return own


def told(error: BaseException) -> str:
    """The error in one printable line, with the file and the line that raised it."""
    if isinstance(error, TimeoutError):
        return str(error)
    text = "".join(letter if letter.isprintable() else " " for letter in str(error))
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return f"raised {type(error).__name__}: {shown}{_place(error.__traceback__)}"


def _place(traceback: TracebackType | None) -> str:
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    file = traceback.tb_frame.f_code.co_filename.rpartition("/")[2]
    # A module that cannot be compiled says its line itself.
    return "" if file.startswith("<") else f" ({file}, line {traceback.tb_lineno})"


def _check_model(model: object) -> None:
    if not (isinstance(model, type) and issubclass(model, StrategyConfiguration)):
        raise InvalidStrategy("has a configuration that does not derive from StrategyConfiguration")
    for name, shared in StrategyConfiguration.model_fields.items():
        field = model.model_fields[name]
        if (field.annotation, field.metadata) != (shared.annotation, shared.metadata):
            raise InvalidStrategy(f"changes the type of {name}: only its default may be its own")
    for name, field in model.model_fields.items():
        if field.is_required():
            raise InvalidStrategy(f"has the key {name} without a default")


def _configured(
    model: type[StrategyConfiguration], values: Mapping[str, object]
) -> StrategyConfiguration:
    found = model.model_validate(values)
    needs = found.history_needs()
    if not all(isinstance(need, HistoryNeed) for need in needs):
        raise TypeError("history_needs must be a frozenset of HistoryNeed")
    return found


def _bounded(strategy: Strategy[Any], within: Within) -> Strategy[Any]:
    """The same strategy, its rules under the limit."""
    rule, exits = strategy.rule, strategy.exits
    return replace(
        strategy,
        rule=lambda *given: within(lambda: rule(*given)),
        exits=None if exits is None else lambda *given: within(lambda: exits(*given)),
    )
