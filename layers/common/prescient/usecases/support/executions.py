"""The executions of the state machine, as a step asks after them."""

from __future__ import annotations

from typing import Protocol

from prescient.core.errors import StateMachineUnavailable


class Executions(Protocol):
    """The executions of the state machine `trading_cycle`."""

    def is_running(self, name: str) -> bool:
        """Tell whether the execution of this name runs.

        Raises `StateMachineUnavailable` where that cannot be found out.
        """
        ...


class UnknownExecutions:
    """Stands where there is no state machine to ask."""

    def is_running(self, name: str) -> bool:
        raise StateMachineUnavailable(f"no state machine is known that ran {name!r}")
