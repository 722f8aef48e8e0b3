"""What a user sets of a portfolio: its strategy, the strategy's keys, and its limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from prescient.core.errors import InvalidRequest, NothingChanged, VersionConflict
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import Limits

_OF_STRATEGY = "strategy_config."
LIMIT_KEYS = ("max_position_size", "max_total_exposure", "max_positions")
GUARD_KEYS = {"drawdown_limit": "limit", "drawdown_limit_percent": "limit_percent"}


class Absent(Enum):
    """The value of a key that a configuration does not name."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Configuration(NamedTuple):
    """One version; `strategy_config` has the keys that the user named. Limits are None where it is
    not known what they were."""

    strategy_type: str
    strategy_config: Mapping[str, object]
    limits: Limits | None
    guard: Guard | None

    @property
    def values(self) -> dict[str, object]:
        """Each key with its value, those of the strategy as `strategy_config.KEY`."""
        of_strategy = {_OF_STRATEGY + key: value for key, value in self.strategy_config.items()}
        found: dict[str, object] = {"strategy_type": self.strategy_type, **of_strategy}
        if self.limits is not None:
            found |= {key: getattr(self.limits, key) for key in LIMIT_KEYS}
        if self.guard is not None:
            found |= {key: getattr(self.guard, field) for key, field in GUARD_KEYS.items()}
        return found


class Difference(NamedTuple):
    """A key whose value is another one `after` than `before`."""

    key: str
    before: Any
    after: Any


def differences(before: Configuration, after: Configuration) -> Iterator[Difference]:
    """The keys that differ, by name; what was not kept of one of them is not compared."""
    first, second = before.values, after.values
    if before.limits is None or after.limits is None:
        for key in (*LIMIT_KEYS, *GUARD_KEYS):
            first.pop(key, None)
            second.pop(key, None)
    for key in sorted(first.keys() | second.keys()):
        old, new = first.get(key, ABSENT), second.get(key, ABSENT)
        if old != new:
            yield Difference(key, old, new)


def merged(present: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys after a merge patch: null removes one, an object is merged into its own.

    Source: RFC 7396, section 2.
    """
    found = {key: value for key, value in present.items() if patch.get(key, ABSENT) is not None}
    for key, value in patch.items():
        if isinstance(value, Mapping):
            before = found.get(key)
            found[key] = merged(before if isinstance(before, Mapping) else {}, value)
        elif value is not None:
            found[key] = value
    return found


def check_version(present: int, expected: Collection[int] | None) -> None:
    """Raise `VersionConflict` unless the version is one of those that the caller has read."""
    if expected is not None and present not in expected:
        raise VersionConflict(present)


def with_key(configuration: Configuration, key: str, value: Any) -> Configuration:
    """The configuration with one key changed; None lets a key of the strategy follow its default.

    The value is not checked. Raises `InvalidRequest` where there is no such key, and
    `NothingChanged` where it has that value already.
    """
    changed = _with_key(configuration, key, value)
    if not any(differences(configuration, changed)):
        raise NothingChanged(f"changed.value: {key} has this value already")
    return changed


def _with_key(configuration: Configuration, key: str, value: Any) -> Configuration:
    if key == "strategy_type":
        return configuration._replace(strategy_type=value)
    if key in LIMIT_KEYS and configuration.limits is not None:
        return configuration._replace(limits=configuration.limits._replace(**{key: value}))
    if key in GUARD_KEYS and configuration.guard is not None:
        guard = configuration.guard._replace(**{GUARD_KEYS[key]: value})
        return configuration._replace(guard=guard)
    name = key.removeprefix(_OF_STRATEGY)
    if name == key or not name:
        known = ", ".join(["strategy_type", *LIMIT_KEYS, *GUARD_KEYS, f"{_OF_STRATEGY}…"])
        raise InvalidRequest(f"changed.key: {key!r} is not one of {known}")
    kept = {own: found for own, found in configuration.strategy_config.items() if own != name}
    given = kept if value is None else {**kept, name: value}
    return configuration._replace(strategy_config=given)
