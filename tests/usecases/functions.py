"""The real handlers of the functions on a world, and the log that they write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.aws.function_log import functions_log_to
from prescient.runtime.entry import StepHandler
from prescient.runtime.environment import Environment
from prescient.runtime.observability import NAMESPACE
from prescient.runtime.portfolio_steps import PortfolioStepHandler
from prescient.runtime.settings import Settings
from prescient.usecases import (
    cycle,
    execute,
    maintenance,
    migrate,
    price_update,
    signal,
    snapshot,
)
from prescient.usecases import filter as filter_step
from prescient.usecases.support.migrating import MigrateRequest
from tests.world import World

HANDLERS: dict[str, StepHandler[Any]] = {
    "cycle": StepHandler(cycle.CycleRequest, cycle.run),
    "filter": StepHandler(filter_step.FilterRequest, filter_step.run),
    "signal": PortfolioStepHandler(signal.run, signal.run_chunk),
    "execute": PortfolioStepHandler(execute.run, execute.run_chunk),
    "snapshot": PortfolioStepHandler(snapshot.run, snapshot.run_chunk),
    "price_update": StepHandler(price_update.PriceUpdateRequest, price_update.run),
    "maintenance": StepHandler(maintenance.MaintenanceRequest, maintenance.run),
    "migrate": StepHandler(MigrateRequest, migrate.run),
}
OF_PORTFOLIOS = {"signal", "execute", "snapshot"}
OF_EACH_CALL = "StepFailed"
Line = dict[str, Any]


class Functions:
    """The real handlers in the world's environment, with their log in a file."""

    def __init__(self, world: World, log: Path) -> None:
        self._environment = Environment(Settings(database_url=world.database_url), now=world.clock)
        self._world, self._log = world, log

    def invoke(self, name: str, invocation: Any = None, **event: Any) -> dict[str, float]:
        """Run a handler; its metrics are told apart as `Name` or `Name{batch}` or ….

        That which every function has is left out. `invocation` is Lambda's second argument.
        """
        self.send(name, event, invocation)
        said = self.metrics()
        said.pop(OF_EACH_CALL)
        return said

    def send(self, name: str, event: Any, invocation: Any = None) -> None:
        """Run a handler on any event."""
        context = self._world.context
        if name in OF_PORTFOLIOS:
            context = replace(self._world.portfolio_context, metrics=context.metrics)
        context.metrics.take()
        self._environment.context = context
        with functions_log_to(self._log):
            HANDLERS[name].bound_to(self._environment)(event, invocation)

    def metrics(self) -> dict[str, float]:
        """The metrics of the last call, those of every function too."""
        return measured(self.lines())

    def lines(self) -> list[Line]:
        """The lines of the last call."""
        return [json.loads(line) for line in self._log.read_text("utf-8").splitlines()]

    def told(self, level: str) -> list[Line]:
        """The lines of the last call that have this level."""
        return [line for line in self.lines() if line.get("level") == level]


def measured(lines: list[Line]) -> dict[str, float]:
    """The metrics of these lines by `Name`, `Name{first dimension}`, …."""
    return {name: value for line in lines if "_aws" in line for name, value in _values(line)}


def _values(line: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    (dimensions,) = directive["Dimensions"]
    said = "".join(f"{{{line[name]}}}" for name in dimensions if name != "service")
    for metric in directive["Metrics"]:
        (value,) = line[metric["Name"]]
        yield f"{metric['Name']}{said}", value
