"""Each thing that can break is broken once, and a metric and a line of the log tell of it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel

from local.aws.function_log import functions_log_to
from prescient.core.errors import (
    BooksBroken,
    DatabaseUnavailable,
    ExchangeUnavailable,
    InvalidRequest,
)
from prescient.runtime.entry import StepHandler
from prescient.runtime.environment import Environment
from prescient.runtime.observability import output
from prescient.runtime.settings import Settings
from prescient.store import abandoned
from prescient.usecases.support.context import StepContext
from tests.api.client import Client
from tests.usecases.functions import HANDLERS, Functions, Line, measured
from tests.usecases.test_sweep import StandInExecutions
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
EVENTS: dict[str, dict[str, Any]] = {
    "cycle": {"action": "open"},
    "filter": {},
    "signal": {"portfolio_id": 1},
    "execute": {"portfolio_id": 1},
    "snapshot": {"portfolio_id": 1},
    "price_update": {},
    "maintenance": {"tasks": ["reconcile"]},
    "migrate": {},
    "research": {},
}


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    made = Client(world)
    yield made
    made.environment.close()


def break_books(world: World) -> None:
    with psycopg.connect(world.database_url) as connection:
        connection.execute("UPDATE portfolios SET current_balance = current_balance + 1")


def test_honest_books(world: World, functions: Functions) -> None:
    world.portfolio()
    assert functions.invoke("maintenance", tasks=["reconcile"]) == {
        "Reconciled": 1,
        "BrokenBooks": 0,
    }


def test_a_broken_book_fails_maintenance_after_all_else_is_done(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    break_books(world)
    with pytest.raises(BooksBroken, match=r"portfolio 1\b.*found 10001\.00, expected 10000\.00"):
        functions.invoke("maintenance")
    said = functions.metrics()
    assert (said["Reconciled"], said["BrokenBooks"]) == (0, 3)
    assert said["StepErrors{maintenance}{BooksBroken}"] == 1
    *broken, failed = functions.told("ERROR")
    assert [line["message"] for line in broken] == ["book broken"] * 3
    named = {"subject": "portfolio 1", "found": "10001.00", "expected": "10000.00"}
    assert broken[0].items() >= named.items()
    assert broken[0]["rule"].startswith("1: current_balance")
    assert (failed["message"], failed["error"]) == ("step failed", "BooksBroken")
    [done] = functions.told("INFO")
    assert done["result"]["reconciled"] is False
    assert done["result"].keys() >= {"retention", "history", "outcomes", "backfill"}


def test_a_cycle_and_a_portfolio_that_failed_in_it(world: World, functions: Functions) -> None:
    world.portfolio("one")
    world.portfolio("two")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    for step in ("signal", "execute", "snapshot"):
        functions.invoke(step, cycle_id=cycle_id, portfolio_id=1)
    error = {"Error": "StrategyFailed", "Cause": "momentum: division by zero"}
    functions.invoke(
        "cycle", action="record_failure", cycle_id=cycle_id, portfolio_ids=[2], error=error
    )
    world.clock.pass_time(seconds=90)
    ended = {
        "CyclesCompleted": 1, "CycleDuration": 90, "PortfoliosCompleted": 1,
        "PortfoliosSkipped": 0, "PortfoliosFailed": 1, "Trades": 1,
    }  # fmt: skip
    assert functions.invoke("cycle", action="close", cycle_id=cycle_id) == ended
    world.clock.pass_time(seconds=1)
    assert functions.invoke("cycle", action="close", cycle_id=cycle_id) == {}


def test_a_cycle_that_failed(world: World, functions: Functions) -> None:
    error = {"Error": "ExchangeUnavailable", "Cause": "GET /events: answered HTML"}
    said = functions.invoke("cycle", action="close", cycle_id=world.open_cycle(), error=error)
    assert said["CyclesCompleted"] == 0


def test_a_cycle_whose_execution_died(world: World, functions: Functions) -> None:
    world.context = replace(world.context, executions=StandInExecutions())
    world.portfolio()
    world.filter(world.open_cycle())
    world.clock.pass_time(minutes=20)
    said = functions.invoke("price_update")
    assert (said["CyclesAbandoned"], said["CyclesCompleted"], said["PortfoliosFailed"]) == (1, 0, 1)
    [line] = functions.told("ERROR")
    assert (line["message"], line["cycle_id"], line["portfolio_ids"]) == (
        "cycle abandoned", 1, [1],
    )  # fmt: skip


def test_a_sweep_that_cannot_be_done_leaves_the_price_update_done(
    world: World, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise DatabaseUnavailable("connection lost")

    monkeypatch.setattr(abandoned, "send_suspects", lost)
    assert functions.invoke("price_update")["PricesUpdated"] == 1
    assert [line["message"] for line in functions.told("ERROR")] == ["sweep failed"]


def test_an_exchange_that_is_down(world: World, functions: Functions) -> None:
    world.portfolio()
    world.run_cycle()
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        functions.invoke("price_update")
    said = functions.metrics()
    assert (said["PricesUpdated"], said["BatchFailed{price_update}"]) == (0, 1)
    assert said["StepFailed"] == 1
    assert said["StepErrors{price_update}{ExchangeUnavailable}"] == 1


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_database_that_is_down(name: str, tmp_path: Path) -> None:
    world = World(NOWHERE)
    functions = Functions(world, tmp_path / "functions.log")
    with pytest.raises(DatabaseUnavailable):
        functions.invoke(name, **EVENTS[name])
    said = functions.metrics()
    assert said["StepFailed"] == 1
    assert said[f"StepErrors{{{name}}}{{DatabaseUnavailable}}"] == 1
    assert said.get("PricesUpdated") == (0 if name == "price_update" else None)


def test_a_late_price_update_and_a_late_cycle(world: World, functions: Functions) -> None:
    world.portfolio()
    world.run_cycle()
    world.update_prices()
    world.clock.pass_time(hours=3)
    world.exchange.pages_before_failure = 0
    with pytest.raises(ExchangeUnavailable):
        functions.invoke("price_update")
    said = functions.metrics()
    assert (said["PriceUpdateAge"], said["CycleAge"]) == (3 * 3600, 3 * 3600)


def test_work_that_never_ended_counts_from_the_first_portfolio(
    world: World, functions: Functions
) -> None:
    assert "CycleAge" not in functions.invoke("price_update")
    world.portfolio()
    world.clock.pass_time(hours=1)
    assert functions.invoke("price_update")["CycleAge"] == 3600


def test_an_event_that_breaks_rules(functions: Functions) -> None:
    with pytest.raises(InvalidRequest):
        functions.invoke("signal", portfolio_id=0)
    assert functions.metrics()["StepErrors{signal}{InvalidRequest}"] == 1


@pytest.mark.parametrize("event", [[], ["cycle_id"], "cycle_id", 7, None])
def test_an_event_that_is_no_object(event: Any, functions: Functions) -> None:
    with pytest.raises(InvalidRequest):
        functions.send("signal", event)
    assert functions.metrics()["StepErrors{signal}{InvalidRequest}"] == 1


class _Nothing(BaseModel):
    pass


def _bug(_: _Nothing, context: StepContext) -> BaseModel:
    raise ZeroDivisionError(f"at {context.now()}")


def test_a_bug_counts_under_a_name_that_is_no_new_metric(world: World, tmp_path: Path) -> None:
    environment = Environment(Settings(database_url=NOWHERE), now=world.clock)
    log = tmp_path / "functions.log"
    with functions_log_to(log), pytest.raises(ZeroDivisionError):
        StepHandler(_Nothing, _bug).bound_to(environment)({}, None)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert measured(lines)["StepErrors{test_seen_when_broken}{other}"] == 1
    [failed] = [line for line in lines if line.get("level") == "ERROR"]
    assert failed["error"] == "ZeroDivisionError"


def answered(client: Client, log: Path, target: str) -> tuple[int, dict[str, float], list[Line]]:
    with functions_log_to(log):
        status = client.get(target).status
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return status, measured(lines), lines


def test_errors_of_the_api_by_their_codes(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "api.log"
    assert answered(client, log, "/strategies")[:2] == (200, {})
    status, said, _ = answered(client, log, "/portfolios/7")
    assert (status, said) == (404, {"ApiErrors{portfolio_not_found}": 1})
    monkeypatch.setattr("prescient.store.portfolio_pages.SQL", {})
    status, said, lines = answered(client, log, "/portfolios")
    assert (status, said) == (500, {"ApiErrors{internal_error}": 1})
    [failed] = [line for line in lines if line.get("level") == "ERROR"]
    assert (failed["caller"], failed["request_id"]) == ("someone", "request-1")


def test_an_api_without_a_database(tmp_path: Path) -> None:
    offline = Client(World(NOWHERE))
    log = tmp_path / "api.log"
    assert answered(offline, log, "/portfolios/1")[:2] == (
        503,
        {"ApiErrors{database_unavailable}": 1},
    )
    assert answered(offline, log, "/health")[:2] == (503, {"ApiErrors{not_healthy}": 1})


def test_every_line_has_its_ids_and_a_timestamp_of_rfc_3339(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    functions.invoke("signal", cycle_id=cycle_id, portfolio_id=1)
    for line in functions.lines():
        assert (line["cycle_id"], line["portfolio_id"]) == (cycle_id, 1)
        assert ("_aws" in line) != ("timestamp" in line)
    [done] = functions.told("INFO")
    assert done["timestamp"][10] == "T"
    assert done["timestamp"].endswith("+00:00")
    functions.invoke("cycle", action="open", execution_name="execution-7")
    assert {line["execution_name"] for line in functions.lines()} == {"execution-7"}


def test_a_step_that_a_request_asked_for_names_the_caller(
    world: World, functions: Functions
) -> None:
    world.portfolio()
    invocation = SimpleNamespace(
        aws_request_id="invocation-1",
        client_context=SimpleNamespace(custom={"caller": "someone"}),
        get_remaining_time_in_millis=lambda: 60_000,
    )
    functions.invoke("price_update", invocation)
    assert {(line["caller"], line["request_id"]) for line in functions.lines()} == {
        ("someone", "invocation-1")
    }
    functions.invoke("price_update")
    assert not any("caller" in line for line in functions.lines())


def passes_lambda(line: Mapping[str, Any], level: str) -> bool:
    """Lambda's own filter: a line without a known level counts as one of level INFO."""
    levels = logging.getLevelNamesMapping()
    return levels.get(str(line.get("level", "INFO")), logging.INFO) >= levels[level]


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARN", "ERROR"])
def test_no_level_drops_a_metric_or_an_error(
    level: str, world: World, functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The template sets Lambda's filter to INFO, or to DEBUG where that is asked for."""
    world.portfolio()
    break_books(world)
    monkeypatch.setattr(output, "level", logging.getLevelNamesMapping()[level])
    with pytest.raises(BooksBroken):
        functions.invoke("maintenance", tasks=["reconcile"])
    platform = "DEBUG" if level == "DEBUG" else "INFO"
    kept = [line for line in functions.lines() if passes_lambda(line, platform)]
    assert kept == functions.lines()
    assert measured(kept)["Reconciled"] == 0
    assert [line["message"] for line in functions.told("ERROR")][-1] == "step failed"
    assert bool(functions.told("INFO")) == (level in {"DEBUG", "INFO"})


def test_every_metric_that_an_alarm_watches_comes_out_of_the_functions(
    world: World, functions: Functions
) -> None:
    """Under the very name, namespace and dimensions: an alarm on another one would never ring."""
    template = (ROOT / "stacks/monitoring.yaml").read_text(encoding="utf-8")
    watched = set(re.findall(r"Namespace: Prescient\n +MetricName: (\w+)", template))
    world.portfolio()
    emitted = {
        *functions.invoke("price_update"),
        *functions.invoke("cycle", action="close", cycle_id=world.open_cycle()),
        *functions.invoke("maintenance", tasks=["reconcile"]),
    }
    assert len(watched) >= 8
    assert watched - emitted == set()
