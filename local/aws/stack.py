"""The whole stack in one process: what `template.yaml` deploys, on a database and an exchange."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from werkzeug.wrappers import Request, Response

from local.aws import token
from local.aws.dispatcher import Dispatcher, Invocation
from local.aws.gateway import Gateway
from local.aws.state_machine import Execution, LocalStateMachine
from local.aws.template import Template, read_template
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings


class StepFailed(Exception):
    """A function failed; the message is its error's name and text."""


class Stack:
    """The functions, the state machine and the API, open between `open` and `close`.

    `exchange_url` is an exchange of `local.exchange`, whose clock the functions then use; None is
    Polymarket itself. `strategies_path` is a folder with the user's own strategies. `at` stops the
    clock at that moment, for a stack that only reads. `key` signs the tokens of its API; without it
    the stack makes a key of its own.
    """

    def __init__(
        self,
        database_url: str,
        exchange_url: str | None,
        strategies_path: Path | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> None:
        self.template: Template = read_template({"Stage": "dev", "DatabaseUrl": database_url})
        self.dispatcher = Dispatcher(
            self.template.functions,
            partial(_open_environment, at),
            _variables(exchange_url, strategies_path),
        )
        self.state_machine = LocalStateMachine(self.template.state_machine, self.dispatcher)
        self._key = key or token.new_key()
        self.gateway = Gateway(self.template, self.dispatcher, self._key)
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._resources.callback(self.dispatcher.close)
        self._resources.enter_context(self.state_machine)

    def close(self) -> None:
        self._resources.close()

    def invoke(self, function: str, event: object) -> Any:
        """Invoke the function of this logical id. Raises StepFailed."""
        invocation = self.dispatcher.invoke(function, event)
        if invocation.function_error:
            error = invocation.payload
            raise StepFailed(f"{function}: {error['errorType']}: {error['errorMessage']}")
        return invocation.payload

    def call(
        self,
        method: str,
        target: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Call the API as the local developer, who has every scope; a `body` is sent as JSON."""
        bearer = {"authorization": f"Bearer {token.signed(self._key, 'admin')}"}
        content = {} if body is None else {"json": body}
        return self.gateway.respond(
            Request.from_values(
                target, method=method, headers={**bearer, **(headers or {})}, **content
            )
        )

    def migrate(self) -> str:
        """Bring the database to the newest schema and return its revision."""
        revision: str = self.invoke("MigrateFunction", {})["revision"]
        return revision

    def start(self, target: str, text: str) -> Execution | Invocation:
        """Start the state machine or the function of this logical id, as a schedule does."""
        if target == self.template.state_machine.logical_id:
            return self.state_machine.run(_execution_name(), json.loads(text))
        return self.dispatcher.invoke(target, json.loads(text))

    def run_cycle(self, scheduled_at: datetime) -> Execution:
        """Run the cycle that a schedule starts at this time, to its end."""
        request = {"scheduled_at": scheduled_at.isoformat()}
        return self.state_machine.run(_execution_name(), request)

    def update_prices(self, scheduled_at: datetime) -> dict[str, int]:
        """Run the price update that a schedule starts at this time. Raises StepFailed."""
        event = {"scheduled_at": scheduled_at.isoformat()}
        counts: dict[str, int] = self.invoke("PriceUpdateFunction", event)
        return counts


def _execution_name() -> str:
    return f"scheduled-{uuid.uuid4()}"


def _open_environment(at: datetime | None, variables: dict[str, str]) -> Environment:
    now = None if at is None else lambda: at
    return Environment(Settings.from_variables(variables), now=now)


def _variables(exchange_url: str | None, strategies_path: Path | None) -> dict[str, str]:
    """Return the variables that a laptop sets differently from the template."""
    variables = {"DATABASE_AUTHENTICATION": "url"}
    if strategies_path is not None:
        variables["STRATEGIES_PATH"] = str(strategies_path)
    if exchange_url is not None:
        variables |= {"GAMMA_URL": exchange_url, "CLOB_URL": exchange_url, "CLOCK": "exchange"}
    return variables
