"""What a step did comes out of its handler as CloudWatch metrics, whether it worked or failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.function_log import functions_log_to
from prescient.core.errors import ExchangeUnavailable
from prescient.core.market.markets import Quote
from prescient.runtime.entry import StepHandler
from prescient.runtime.environment import Environment
from prescient.runtime.settings import Settings
from prescient.usecases import filter as filter_step
from prescient.usecases import maintenance, price_update
from tests.world import D, World

HANDLERS: dict[str, StepHandler[Any]] = {
    "filter": StepHandler(filter_step.FilterRequest, filter_step.run),
    "price_update": StepHandler(price_update.PriceUpdateRequest, price_update.run),
    "maintenance": StepHandler(maintenance.MaintenanceRequest, maintenance.run),
}


class Functions:
    """The real handlers in the world's environment, with their log in a file."""

    def __init__(self, world: World, log: Path) -> None:
        self._environment = Environment(Settings(database_url=world.database_url), now=world.clock)
        self._world, self._log = world, log

    def invoke(self, name: str, **event: Any) -> dict[str, float]:
        """Run a handler; its metrics are told apart as `Name` or `Name{batch}` or …."""
        self._environment.context = self._world.context
        with functions_log_to(self._log):
            HANDLERS[name].bound_to(self._environment)(event, None)
        return self.metrics()

    def metrics(self) -> dict[str, float]:
        lines = map(json.loads, self._log.read_text("utf-8").splitlines())
        return {name: value for line in lines if "_aws" in line for name, value in _values(line)}


def _values(line: dict[str, Any]) -> Iterator[tuple[str, float]]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Prescient"
    (dimensions,) = directive["Dimensions"]
    said = "".join(f"{{{line[name]}}}" for name in dimensions if name != "service")
    for metric in directive["Metrics"]:
        (value,) = line[metric["Name"]]
        yield f"{metric['Name']}{said}", value


@pytest.fixture
def functions(world: World, tmp_path: Path) -> Functions:
    return Functions(world, tmp_path / "functions.log")


def test_a_filter_says_what_it_fetched_and_left_out(world: World, functions: Functions) -> None:
    world.portfolio()
    assert functions.invoke("filter", cycle_id=world.open_cycle()) == {
        "BatchFailed{filter}": 0,
        "ExchangeCalls{filter}": 1,
        "ExchangeRetries{filter}": 0,
        "ExchangeThrottled{filter}": 0,
        "ExchangeBytes{filter}": 0,
        "DuplicateRows{filter}": 0,
        "SkippedRows{filter}{placeholder}": 2,
        "BatchMarkets{filter}": 1,
        "ValuationsFailed{filter}": 0,
    }


def test_a_filter_that_failed_says_so_and_what_it_asked(world: World, functions: Functions) -> None:
    world.portfolio()
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        functions.invoke("filter", cycle_id=world.open_cycle())
    said = functions.metrics()
    assert (said["BatchFailed{filter}"], said["ExchangeCalls{filter}"]) == (1, 1)
    assert "BatchMarkets{filter}" not in said
    assert "BatchFailed{filter}" not in functions.invoke("maintenance", tasks=["retention"])


def test_a_price_update_says_what_became_of_the_positions(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    said = functions.invoke("price_update")
    assert {name: value for name, value in said.items() if "{" not in name} == {
        "OpenPositions": 1,
        "PositionsSettled": 0,
        "PositionsExited": 0,
        "PositionsFlagged": 0,
        "DrawdownWarnings": 0,
        "DrawdownPauses": 0,
        "StaleMarks": 0,
        "OldestMarkAge": 0,
    }
    assert said["BatchMarkets{price_update}"] == 1


def test_the_oldest_mark_ages_while_its_market_is_missing(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    world.run_cycle()
    world.exchange.events = []
    world.clock.pass_time(minutes=90)
    said = functions.invoke("price_update")
    assert (said["OldestMarkAge"], said["PositionsFlagged"]) == (90 * 60, 1)


def test_a_mark_that_no_quote_supports_is_stale(world: World, functions: Functions) -> None:
    world.portfolio()
    world.run_cycle()
    world.clock.pass_time(minutes=5)
    world.exchange.show(quote=Quote(D("0.2"), D("0.9")))
    assert functions.invoke("price_update")["StaleMarks"] == 1


def test_the_cycles_row_keeps_the_counters_of_its_fetch(world: World) -> None:
    world.portfolio()
    cycle_id = world.run_cycle()
    kept = world.row("SELECT counters FROM trading_cycles WHERE cycle_id = %s", cycle_id)
    assert kept["counters"]["skipped"] == {"placeholder": 2}
    assert kept == world.row("SELECT counters FROM market_batches")


def test_the_cycles_row_keeps_the_counters_of_a_fetch_that_failed(world: World) -> None:
    world.portfolio()
    world.exchange.pages_before_failure = 1
    cycle_id = world.open_cycle()
    with pytest.raises(ExchangeUnavailable):
        world.filter(cycle_id)
    kept = world.row("SELECT counters FROM trading_cycles")
    assert kept["counters"]["calls"] == 1
    assert kept == world.row("SELECT counters FROM market_batches")
