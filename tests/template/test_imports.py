"""Imports run one way, and what deploys needs only what its layer carries."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template.conftest import ROOT

LAYER = ROOT / "layers/common/prescient"
LAMBDA = {"boto3", "botocore"}
PERFORMANCE = LAYER / "core/performance"
MEASURING = LAYER / "usecases/support/measured.py"
MIGRATING = {
    LAYER / "usecases/migration.py",
    LAYER / "store/migration_session.py",
    LAYER / "store/revisions.py",
}
IMPORTED_AS = {"pyjwt": "jwt"}
STEPS = (
    "cycle",
    "execute",
    "filter",
    "maintenance",
    "migrate",
    "price_update",
    "signal",
    "snapshot",
)


def test_import_linter_keeps_all_contracts() -> None:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'layers/common'}{os.pathsep}{ROOT}"}
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_core_imports_only_the_standard_library_pydantic_and_for_statistics_numpy() -> None:
    allowed = sys.stdlib_module_names | {"pydantic", "prescient"}
    for path in (LAYER / "core").rglob("*.py"):
        of_statistics = {"numpy"} if path.is_relative_to(PERFORMANCE) else set()
        assert {name.split(".")[0] for name in _imports(path)} <= allowed | of_statistics, path


def test_the_layer_imports_only_its_own_requirements() -> None:
    allowed = sys.stdlib_module_names | _pinned() | LAMBDA | {"prescient"}
    for path in LAYER.rglob("*.py"):
        # Only functions that have a layer more import these: migrate, and research.
        of_second_layer = {"alembic", "sqlalchemy"} if path in MIGRATING else set()
        computes = path == MEASURING or path.is_relative_to(PERFORMANCE)
        of_third_layer = {"numpy"} if computes else set()
        of_layers = of_second_layer | of_third_layer
        assert {name.split(".")[0] for name in _imports(path)} <= allowed | of_layers, path


@pytest.mark.parametrize("name", STEPS)
def test_a_step_function_imports_runtime_and_one_step(name: str) -> None:
    packages = _packages(ROOT / "functions" / name / "app.py")
    assert packages <= {"prescient.runtime", "prescient.usecases", "prescient.core"}
    assert "prescient.usecases" in packages


def test_the_api_function_imports_runtime_and_api() -> None:
    packages = _packages(ROOT / "functions/api/app.py")
    assert packages <= {"prescient.runtime", "prescient.api"}


def test_the_research_function_is_both() -> None:
    packages = _packages(ROOT / "functions/research/app.py")
    assert packages == {"prescient.runtime", "prescient.usecases", "prescient.api"}


ELSEWHERE = ("alembic", "boto3", "local", "moto", "numpy", "sqlalchemy")
EXCHANGE = ("http.client", "msgspec", "prescient.polymarket", "urllib3")
ASKING_THE_EXCHANGE = ("http.client", "prescient.polymarket.client", "urllib3")
OF_THE_API = ("aws_lambda_powertools.event_handler", "prescient.api")
STRATEGIES = tuple(
    f"prescient.core.strategies.{name}"
    for name in ("arbitrage", "hybrid", "mean_reversion", "momentum", "random")
)
INGESTED = "prescient.core.market.listed"
QUICKEST = ("cycle", "signal", "execute", "snapshot")
RECONCILING = ("prescient.core.accounting", "prescient.usecases.reconcile")


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        *((name, (*EXCHANGE, *OF_THE_API, *STRATEGIES)) for name in QUICKEST),
        *((name, (INGESTED, "prescient.usecases.cycle")) for name in ("signal", "execute")),
        *(
            (name, (*ASKING_THE_EXCHANGE, *OF_THE_API, *STRATEGIES))
            for name in ("filter", "price_update")
        ),
        ("maintenance", (*ASKING_THE_EXCHANGE, *OF_THE_API, "prescient.usecases.rebalancing")),
        (
            "migrate",
            (*EXCHANGE, *OF_THE_API, *STRATEGIES, *RECONCILING, "prescient.store.revisions"),
        ),
        (
            "api",
            (*EXCHANGE, *STRATEGIES, "prescient.usecases.explain", "prescient.usecases.reconcile"),
        ),
    ],
)
def test_a_cold_start_imports_nothing_that_the_function_does_not_use(
    name: str, foreign: tuple[str, ...]
) -> None:
    """`make bench ONLY=cold_start` has the times."""
    program = f"import sys, functions.{name}.app; print(*sys.modules, sep='\\n')"
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'layers/common'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    unwanted = {*ELSEWHERE, *foreign}
    imported = done.stdout.split()
    assert not [module for module in imported if _packages_of(module) & unwanted]


def _packages_of(module: str) -> set[str]:
    """The module and the packages that hold it: a.b.c, a.b, a."""
    parts = module.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts) + 1)}


def _pinned() -> set[str]:
    """The packages of the common layer, as they are imported."""
    text = (LAYER.parent / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([\w-]+)(?:\[.*])?==", text, re.MULTILINE)
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}


def _packages(path: Path) -> set[str]:
    """The subpackages of prescient that a file imports."""
    names = {name for name in _imports(path) if name.startswith("prescient")}
    return {".".join(name.split(".")[:2]) for name in names}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "prescient":
            yield from (f"prescient.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
