"""Every function as `sam build` made it, under Lambda's own runtime, with its events of `events/`.

One database hears them all in the order in which a user would send them: they fit each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.aws.template import read_template
from local.exchange.server import exchange_server
from local.exchange.simulated import SimulatedVenue
from local.http_server import HttpServer
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.chain import REVISIONS
from tests.packaging.conftest import ROOT
from tests.packaging.emulator import Emulator, Runtime

EVENTS = ROOT / "events"
# What a function has beside the layer that all have.
LAYERS = {"MigrateFunction": ("MigrationsLayer",), "ResearchFunction": ("ResearchLayer",)}
OF_RESEARCH = {"compare_portfolios", "get_scorecard"}
# Twice, as Step Functions retries a step: it trades once.
EXECUTES = ("execute", "execute")
STEPS = ("cycle", "filter", "signal", *EXECUTES, "snapshot", "cycle_close")
SCHEDULED = ("price_update", "research", "maintenance")
FIRST = ("create_portfolio", "clone_portfolio", "update_portfolio")
CHANGES = (
    "restore_configuration",
    "deposit",
    "withdraw",
    "transfer",
    "close_position",
    "write_off_position",
    "pause_portfolio",
    "reactivate_portfolio",
    "pause_all_portfolios",
    "reactivate_all_portfolios",
    "rebalance_portfolios",
    "filter_markets",
    "generate_signals",
    "execute_signals",
    "take_snapshots",
    "update_prices",
    "run_portfolio_cycle",
    "run_all_portfolios",
    "archive_portfolio",
    "delete_portfolio",
)
# The others answer 200.
STATUSES = {
    "no_such_route": 404,
    "preflight": 204,
    "run_all_portfolios": 202,  # nothing waits for the cycle here
    "run_portfolio_cycle": 202,
    "write_off_position": 409,  # only what can never resolve is written off
}
Functions = Mapping[str, Emulator]


class Aws:
    """What functions call of AWS: other functions, which it passes on, and Step Functions."""

    def __init__(self) -> None:
        self.functions: dict[str, Emulator] = {}
        self.started: list[str] = []

    def respond(self, request: Request) -> Response:
        if target := request.headers.get("X-Amz-Target"):
            assert target == "AWSStepFunctions.StartExecution"
            self.started.append(request.get_json(force=True)["name"])
            return _json({"executionArn": "arn:aws:states:started", "startDate": 0})
        [name] = set(self.functions).intersection(re.split(r"[/:]", request.path))
        return _json(self.functions[name].invoke(request.get_json(force=True)))


@pytest.fixture
def functions(
    build: Path, runtime: Runtime, empty_database_url: str, tmp_path: Path
) -> Iterator[Functions]:
    """Each function by its logical id, on one database, one exchange and what stands for AWS."""
    aws = Aws()
    with (
        exchange_server(SimulatedVenue()) as exchange,
        HttpServer(aws.respond) as served,
        ExitStack() as running,
    ):
        variables = {
            "DATABASE_URL": empty_database_url,
            "DATABASE_AUTHENTICATION": "url",
            "GAMMA_URL": exchange.url,
            "CLOB_URL": exchange.url,
            "CLOCK": "exchange",
            "CYCLE_WAIT_SECONDS": "0",
            "AWS_ENDPOINT_URL": served.url,
            "AWS_ACCESS_KEY_ID": "sample",
            "AWS_SECRET_ACCESS_KEY": "sample",
        }
        aws.functions = _emulators(build, runtime, variables, tmp_path)
        for function in aws.functions.values():
            running.enter_context(function)
        yield aws.functions


def test_the_sample_events_run_in_order(functions: Functions) -> None:
    migrated = functions["MigrateFunction"].invoke(_sample("migrate"))
    assert (migrated.get("revision"), migrated.get("applied")) == (SCHEMA_VERSION, REVISIONS)
    for name in FIRST:
        _send(functions, name)
    done = {name: _invoke(functions, name) for name in (*STEPS, *SCHEDULED)}
    assert done["filter"]["chunks"] == ["1-2"]
    assert done["signal"]["signals"] == done["execute"]["trades"] > 0
    assert done["price_update"]["positions"] == done["execute"]["trades"]
    assert done["cycle_close"] == {"cycle_id": 1, "status": "completed"}
    assert done["maintenance"]["reconciled"] is True
    for name in sorted(_names_of_requests() - {*FIRST, *CHANGES}):
        _send(functions, name)
    for name in CHANGES:
        _send(functions, name)
    _check_errors(functions)


def _check_errors(functions: Functions) -> None:
    """The state machine knows errors by name; one of an import begins with `Runtime.`."""
    absent = functions["ExecuteFunction"].invoke({"portfolio_id": 404, "cycle_id": 1})
    assert absent["errorType"] == "PortfolioNotFound", absent
    assert "404" in absent["errorMessage"]
    for logical_id, function in functions.items():
        answer = function.invoke({"unexpected": True})
        assert not str(answer.get("errorType")).startswith("Runtime."), (logical_id, answer)


def _invoke(functions: Functions, name: str) -> dict[str, Any]:
    function = name.removesuffix("_close").title().replace("_", "") + "Function"
    answer: dict[str, Any] = functions[function].invoke(_sample(name))
    assert "errorType" not in answer, (name, answer)
    return answer


def _send(functions: Functions, name: str) -> None:
    function = "ResearchFunction" if name in OF_RESEARCH else "ApiFunction"
    answer = functions[function].invoke(_sample(f"api/{name}"))
    assert answer.get("statusCode") == STATUSES.get(name, 200), (name, answer)


def _emulators(
    build: Path, runtime: Runtime, variables: Mapping[str, str], folder: Path
) -> dict[str, Emulator]:
    template = read_template({"Stage": "dev", "DatabaseUrl": "unused"}, build / "template.yaml")
    return {
        logical_id: Emulator(
            runtime,
            function.folder.resolve(),
            [build / name for name in ("CommonLayer", *LAYERS.get(logical_id, ()))],
            {**function.variables, **variables},
            folder / f"{logical_id}.log",
        )
        for logical_id, function in template.functions.items()
    }


def _names_of_requests() -> set[str]:
    return {path.stem for path in (EVENTS / "api").glob("*.json")}


def _sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")
