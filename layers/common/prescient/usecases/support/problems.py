"""What a step's result tells besides its numbers: what went wrong in a step that went on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from prescient.core.errors import PrescientError


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the log at level ERROR; `details` name the portfolio, the cycle or the row."""

    message: str
    details: Mapping[str, object] = field(default_factory=dict)


@runtime_checkable
class Reporting(Protocol):
    """A result with problems, each of which the runtime logs in a line of its own."""

    def problems(self) -> Iterable[Problem]: ...


@runtime_checkable
class Failing(Protocol):
    """A result that may fail its invocation, after all of the step's work is done."""

    def failure(self) -> PrescientError | None:
        """The error that the runtime raises once it has logged and measured the result."""
        ...
