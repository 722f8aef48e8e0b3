"""How much steps did, which the runtime takes and writes after each invocation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """CloudWatch's units, as far as they are needed."""

    COUNT = "Count"
    BYTES = "Bytes"
    SECONDS = "Seconds"


@dataclass(frozen=True, slots=True)
class Metric:
    """One value, and the dimensions by which it can be told from others of its name.

    Each new value of a dimension is a metric that costs money: they come from closed lists.
    """

    name: str
    value: float
    unit: Unit
    dimensions: tuple[tuple[str, str], ...]


class Metrics:
    """The metrics since they were last taken."""

    def __init__(self) -> None:
        self._metrics: list[Metric] = []

    def add(self, name: str, value: float, unit: Unit = Unit.COUNT, **dimensions: str) -> None:
        """Note a value under this name and these dimensions."""
        self._metrics.append(Metric(name, value, unit, tuple(dimensions.items())))

    def take(self) -> list[Metric]:
        """The metrics, which are then forgotten."""
        taken, self._metrics = self._metrics, []
        return taken
