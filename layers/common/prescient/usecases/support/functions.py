"""The functions of the steps, as the API reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol


class Step(StrEnum):
    """A step that a request can run by itself."""

    FILTER = "filter"
    SIGNAL = "signal"
    EXECUTE = "execute"
    SNAPSHOT = "snapshot"
    PRICE_UPDATE = "price_update"


class Functions(Protocol):
    """Runs the function of a step."""

    def invoke(self, step: Step, event: Mapping[str, object]) -> Mapping[str, Any] | None:
        """Return what the function answers, None where it goes on for longer than a request waits.

        Raises what the function raised, by its name, `StepFailed` where that is none of ours, and
        `FunctionUnavailable` where it could not be run.
        """
        ...
