"""What `sam build` makes of the layers: their sizes, their bytecode, what the functions import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from benchmarks import cold_start
from benchmarks.bench import Bench
from local.postgres.server import Postgres
from tests.packaging.conftest import LAMBDA_PYTHON, ROOT, Interpreter

UNCHECKED_HASH = 0b01  # PEP 552
UNZIPPED_LIMIT = 250 * 1024 * 1024


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
