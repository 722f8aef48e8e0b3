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
        """Return the function's answer, None where it runs for longer than a request waits.

        Raises the function's own error where it is one of Prescient's, `StepFailed` for any other,
        and `FunctionUnavailable` where the function could not be run.
        """
        ...
