"""Runs the functions in this process, in execution environments of their own as on Lambda.

An invocation borrows an idle environment of its function or opens one, and gives it back: a handler
serves one event at a time, and has its own settings and database connection. Events and results
are JSON on the way in and out.
"""

from __future__ import annotations

import importlib.util
import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from local.aws.environments import Environment, Environments, Handler
from local.aws.intrinsics import ACCOUNT, REGION
from local.aws.template import Function

OpenEnvironment = Callable[[dict[str, str]], Environment]


@dataclass(frozen=True, slots=True)
class Invocation:
    """Lambda's answer: a failure has a `function_error` and is described in `payload`."""

    payload: Any
    function_error: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The second argument of a handler."""

    function_name: str
    memory_limit_in_mb: int
    deadline: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self.deadline - time.monotonic()) * 1000))


class UnknownFunction(Exception):
    """No function of the template has this name."""


class Invoker(Protocol):
    """Runs a function by its name or ARN, and reports its failure as an answer."""

    def invoke(self, function: str, event: Any) -> Invocation: ...


class Dispatcher:
    """Runs functions by name or ARN. Safe to use from many threads."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        open_environment: OpenEnvironment,
        overrides: Mapping[str, str],
    ) -> None:
        """`overrides` replace variables that the template gives every function."""
        self._functions = functions
        self._open_environment = open_environment
        self._overrides = overrides
        self._lock = threading.Lock()
        self._modules: dict[str, Any] = {}
        self._environments = {
            name: Environments(partial(self._opened, function))
            for name, function in functions.items()
        }

    def invoke(self, function: str, event: object) -> Invocation:
        """Run the function to its end. Raises UnknownFunction; its own failures are answers."""
        definition = self._definition(function)
        request = json.loads(json.dumps(event))
        context = Context(
            function_name=definition.logical_id,
            memory_limit_in_mb=definition.memory,
            deadline=time.monotonic() + definition.timeout,
        )
        try:
            with self._environments[definition.logical_id].lent(definition.timeout) as handler:
                result = handler(request, context)
        except Exception as error:  # noqa: BLE001 (the runtime reports whatever a handler raises)
            return Invocation(_described(error, context), "Unhandled")
        return _answered(result, context)

    def close(self) -> None:
        """Close the idle environments. Nothing may be invoked afterwards."""
        for environments in self._environments.values():
            environments.close()

    def _definition(self, function: str) -> Function:
        name = function.split(":")[6] if function.startswith("arn:") else function
        if name not in self._functions:
            raise UnknownFunction(f"the template has no function {name}")
        return self._functions[name]

    def _opened(self, definition: Function) -> tuple[Environment, Handler]:
        handler = self._handler(definition)
        environment = self._open_environment({**definition.variables, **self._overrides})
        return environment, handler.bound_to(environment)

    def _handler(self, definition: Function) -> Any:
        module_name, _, attribute = definition.handler.rpartition(".")
        with self._lock:
            if definition.logical_id not in self._modules:
                self._modules[definition.logical_id] = _module(definition, module_name)
        return getattr(self._modules[definition.logical_id], attribute)


def _module(definition: Function, name: str) -> Any:
    """Load a function's module under the function's name, since all are called `app`."""
    path = definition.folder / f"{name}.py"
    specification = importlib.util.spec_from_file_location(definition.logical_id, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _answered(result: object, context: Context) -> Invocation:
    try:
        return Invocation(json.loads(json.dumps(result)))
    except (TypeError, ValueError) as error:
        described = _described(error, context)
        return Invocation({**described, "errorType": "Runtime.MarshalError"}, "Unhandled")


def _described(error: Exception, context: Context) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": context.aws_request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
