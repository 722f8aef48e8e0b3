"""What `sam build` made runs under Lambda's own runtime, with nothing but its layers to import."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from benchmarks import cold_start
from benchmarks.bench import Bench
from local.aws.template import Template, read_template
from local.exchange.server import exchange_server
from local.exchange.simulated import SimulatedVenue
from local.postgres.server import Postgres
from prescient.core.portfolio.portfolios import Limits, NewPortfolio
from prescient.store import portfolios
from prescient.store.database import SCHEMA_VERSION, Database
from tests.migrations.chain import REVISIONS
from tests.packaging.conftest import LAMBDA_PYTHON, ROOT, Interpreter
from tests.packaging.emulator import Emulator, Runtime

UNCHECKED_HASH = 0b01  # PEP 552
UNZIPPED_LIMIT = 250 * 1024 * 1024
Start = Callable[[str, str], AbstractContextManager[Emulator]]


# What a function has beside the layer that all have.
LAYERS = {"MigrateFunction": ("MigrationsLayer",), "ResearchFunction": ("ResearchLayer",)}


@pytest.fixture(scope="module")
def exchange_url() -> Iterator[str]:
    with exchange_server(SimulatedVenue()) as server:
        yield server.url


@pytest.fixture
def start(build: Path, runtime: Runtime, exchange_url: str, tmp_path: Path) -> Start:
    """Starts a function, by its logical id, on a database."""
    template = _template(build)

    def emulator(logical_id: str, database_url: str) -> Emulator:
        function = template.functions[logical_id]
        names = ["CommonLayer", *LAYERS.get(logical_id, ())]
        overrides = {
            "DATABASE_URL": database_url,
            "DATABASE_AUTHENTICATION": "url",
            "GAMMA_URL": exchange_url,
            "CLOB_URL": exchange_url,
            "CLOCK": "exchange",
        }
        return Emulator(
            runtime,
            function.folder.resolve(),
            [build / name for name in names],
            {**function.variables, **overrides},
            tmp_path / f"{logical_id}.log",
        )

    return emulator


@pytest.fixture
def portfolio(database_url: str) -> None:
    """Portfolio 1, which the sample events name: momentum, wide open."""
    new = NewPortfolio(
        name="Sample",
        description="",
        strategy_type="momentum",
        initial_balance=Decimal(10_000),
        strategy_config={"min_confidence": 0.6, "min_liquidity": 0, "min_volume": 0},
        limits=Limits(None, None, 10),
    )
    database = Database(database_url)
    with database.transaction() as session:
        assert portfolios.create(session, new, datetime.now(UTC)) == 1
    database.close()


def test_filter_signal_and_execute_run_on_their_sample_events(
    start: Start, database_url: str, portfolio: None
) -> None:
    with start("FilterFunction", database_url) as function:
        filtered = function.invoke(_sample("filter"))
    assert filtered.get("chunks") == [[1]], filtered
    assert filtered["markets"] > 0

    with start("SignalFunction", database_url) as function:
        decided = function.invoke(_sample("signal"))
    assert decided.get("status") == "running", decided
    assert decided["signals"] > 0

    with start("ExecuteFunction", database_url) as function:
        executed = function.invoke(_sample("execute"))
        again = function.invoke(_sample("execute"))
    assert executed.get("trades", 0) > 0, executed
    assert executed["trades"] + executed["rejected"] == decided["signals"]
    assert _trade_count(database_url) == executed["trades"], again


def test_an_error_keeps_the_name_that_the_state_machine_knows(
    start: Start, database_url: str
) -> None:
    with start("ExecuteFunction", database_url) as function:
        answer = function.invoke({"portfolio_id": 404, "cycle_id": 1})
    assert answer["errorType"] == "PortfolioNotFound", answer
    assert "404" in answer["errorMessage"]


def test_the_api_answers_its_sample_requests(start: Start, database_url: str) -> None:
    with start("ApiFunction", database_url) as function:
        for name in ("health", "create_portfolio", "get_portfolio", "update_portfolio"):
            answer = function.invoke(_sample(f"api/{name}"))
            assert answer.get("statusCode") == 200, (name, answer)


def test_migrate_brings_an_empty_database_to_the_expected_schema(
    start: Start, empty_database_url: str
) -> None:
    with start("MigrateFunction", empty_database_url) as function:
        answer = function.invoke(_sample("migrate"))
    assert answer == {
        "revision": SCHEMA_VERSION,
        "applied": REVISIONS,
        "dry_run": False,
        "snapshot_id": "prescient-before-portfolios",
    }


def test_every_function_starts_with_its_layers_alone(
    start: Start, build: Path, database_url: str
) -> None:
    """An event that no function accepts: the answer is about the event, not about an import."""
    for logical_id in _template(build).functions:
        with start(logical_id, database_url) as function:
            answer = function.invoke({"unexpected": True})
        assert not str(answer.get("errorType")).startswith("Runtime."), (logical_id, answer)


def test_the_layers_fit_and_leave_boto3_to_the_runtime(build: Path) -> None:
    files = [path for path in build.glob("*Layer/**/*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < UNZIPPED_LIMIT
    assert (build / "MigrationsLayer/python/migrations/env.py").exists()
    assert not list(build.glob("CommonLayer/python/boto*"))


@pytest.mark.parametrize(
    ("layer", "module"),
    [
        ("CommonLayer", "prescient/core/money.py"),
        ("MigrationsLayer", "migrations/env.py"),
        ("ResearchLayer", "numpy/version.py"),
    ],
)
def test_each_layer_carries_bytecode_that_needs_no_check(
    build: Path, interpreter: Interpreter, layer: str, module: str
) -> None:
    """Bytecode checked against a file's time would be void: zip files change the times."""
    source = build / layer / "python" / module
    tag = f"cpython-{interpreter.version.replace('.', '')}"
    [bytecode] = (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")
    assert bytecode.name == f"{source.stem}.{tag}.pyc"
    assert int.from_bytes(bytecode.read_bytes()[4:8], "little") == UNCHECKED_HASH
    if interpreter.version != LAMBDA_PYTHON:
        pytest.skip(
            f"no CPython {LAMBDA_PYTHON} here: these layers are for {interpreter.version}, and "
            "`make build` refuses to build others unless BYTECODE=no"
        )


def test_the_benchmark_of_cold_starts_has_a_line_for_every_function(
    build: Path, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cold_start, "_sizes", lambda layer: "unmeasured")
    bench = Bench(server=cast(Postgres, None), template="", rows=1, rounds=1)
    found = list(cold_start.lines(build, str(interpreter.path), bench))
    assert {line.name for line in found} == {
        f"cold_start.{path.name}" for path in ROOT.glob("functions/*") if path.name != "__pycache__"
    }
    for line in found:
        assert line.floor is not None
        assert line.lap.figures["modules"] > line.floor.figures["modules"]


NOWHERE = {"LAMBDA_PYTHON": "9.9"}


@pytest.mark.parametrize(
    ("settings", "status", "said"),
    [
        (NOWHERE, 2, "say BYTECODE=no"),
        (NOWHERE | {"BYTECODE": "no"}, 0, "BYTECODE=no: this layer starts in twice the time"),
        (NOWHERE | {"BYTECODE": "No"}, 2, "BYTECODE: 'No' is neither yes nor no"),
        (NOWHERE | {"PYTHON313": sys.executable}, 2, f"PYTHON313: {sys.executable} is no Python"),
        ({"PYTHON313": "/nowhere/python3.13"}, 2, "PYTHON313: /nowhere/python3.13 is no Python"),
    ],
)
def test_a_layer_is_built_without_lambdas_python_only_when_that_is_wanted(
    settings: dict[str, str], status: int, said: str, tmp_path: Path
) -> None:
    makefile, source = ROOT / "layers/common/Makefile", tmp_path / "a copy"
    (tmp_path / "python").mkdir()
    shutil.copytree(ROOT / "layers/common", source, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        ["make", "--makefile", makefile, "PIP=:", "build-CommonLayer"],
        cwd=source,
        env=os.environ | {"ARTIFACTS_DIR": str(tmp_path)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert (tmp_path / "python/prescient/core/money.py").exists()
    assert not list(tmp_path.rglob("*.pyc"))


def _template(build: Path) -> Template:
    return read_template({"Stage": "dev", "DatabaseUrl": "unused"}, build / "template.yaml")


def _sample(name: str) -> Any:
    return json.loads((ROOT / f"events/{name}.json").read_text(encoding="utf-8"))


def _trade_count(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        [count] = connection.execute("SELECT count(*) FROM trades").fetchone() or [0]
    return int(count)
