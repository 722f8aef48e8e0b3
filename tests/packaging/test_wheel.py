"""`pip install .` brings the core, the command line and what they import; no network is asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.docs.pages import ROOT

PROJECT = ("pyproject.toml", "README.md", "LICENSE")
OF_AN_EXTRA = "prescient.core.performance"
EVERY_MODULE = """
import importlib, pkgutil, prescient.core
for module in pkgutil.walk_packages(prescient.core.__path__, "prescient.core."):
    try:
        importlib.import_module(module.name)
        print(module.name)
    except ModuleNotFoundError as error:
        print(module.name, error.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built in a copy: a build leaves files beside its sources."""
    copy = tmp_path_factory.mktemp("project")
    for name in PROJECT:
        shutil.copy(ROOT / name, copy)
    without_caches = shutil.ignore_patterns("__pycache__")
    for source in ("layers/common", "cli"):
        shutil.copytree(ROOT / source, copy / source, ignore=without_caches)
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(copy), str(copy))
    [built] = copy.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def notebook(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a clean virtualenv: the wheel, and what it says that it needs."""
    return _virtualenv(wheel, tmp_path_factory.mktemp("notebook"), extra="")


def _virtualenv(wheel: Path, folder: Path, extra: str) -> Path:
    venv.create(folder, symlinks=True)
    [packages] = folder.glob("lib/python*/site-packages")
    _pip("install", "--target", str(packages), str(wheel))
    [installed] = distributions(name="prescient", path=[str(packages)])
    for needed in _needs(installed, extra):
        _lend(needed, packages)
    return folder / "bin/python"


def _pip(command: str, *arguments: str) -> None:
    offline = [sys.executable, "-m", "pip", command, "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*offline, *arguments], check=True)


def _needs(installed: Distribution, extra: str = "") -> Iterator[Distribution]:
    """What it requires with an extra, and what that requires, as this virtualenv has it."""
    for line in installed.requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            found = distribution(requirement.name)
            assert found.version in requirement.specifier, line
            yield found
            yield from _needs(found)


def _lend(found: Distribution, packages: Path) -> None:
    for top in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))


def _printed(python: Path, program: str, folder: Path) -> str:
    """What the program prints away from the checkout, with nothing in its environment."""
    ran = subprocess.run(
        [python, "-I", "-c", program],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _modules(shown: str) -> dict[str, list[str]]:
    """The modules of the core that there are, and what each of them lacks."""
    lines = [line.split() for line in shown.splitlines()]
    return {name: lacking for name, *lacking in lines}


def test_every_module_of_the_core_is_there_and_imports(notebook: Path, tmp_path: Path) -> None:
    core = ROOT / "layers/common/prescient/core"
    found = _modules(_printed(notebook, EVERY_MODULE, tmp_path))
    files = [path for path in core.rglob("*.py") if path != core / "__init__.py"]
    assert len(found) == len(files)
    lacking = {name: lacks for name, lacks in found.items() if lacks}
    assert all(name.startswith(f"{OF_AN_EXTRA}.") for name in lacking)
    assert all(lacks == ["numpy"] for lacks in lacking.values())


def test_its_extra_brings_numpy(wheel: Path, tmp_path: Path) -> None:
    python = _virtualenv(wheel, tmp_path / "with", extra="performance")
    found = _modules(_printed(python, EVERY_MODULE, tmp_path))
    assert [name for name, lacks in found.items() if lacks] == []


def test_the_stack_is_not(notebook: Path, tmp_path: Path) -> None:
    program = "import importlib.util, prescient, os; print(*os.listdir(prescient.__path__[0]))"
    assert {"core", "__init__.py", "py.typed"} == set(
        _printed(notebook, program, tmp_path).split()
    ) - {"__pycache__"}


def test_the_command_line_is_under_a_name_of_its_own(notebook: Path, tmp_path: Path) -> None:
    program = "import sys; sys.argv[1:] = ['--help']; from prescient_cli.app import entry; entry()"
    assert "portfolio" in _printed(notebook, program, tmp_path)
    names = "import importlib.util; print(importlib.util.find_spec('cli'))"
    assert _printed(notebook, names, tmp_path) == "None\n"
    there = (
        "from importlib.metadata import files\n"
        "print(*(path for path in files('prescient') if path.parts[0] == 'prescient_cli'))"
    )
    installed = {
        path.removeprefix("prescient_cli/") for path in _printed(notebook, there, tmp_path).split()
    }
    files = {path.relative_to(ROOT / "cli").as_posix() for path in (ROOT / "cli").rglob("*.py")}
    assert {path for path in installed if path.endswith(".py")} == files
    every = "import prescient_cli.client, prescient_cli.drawing, prescient_cli.diagnosis"
    assert _printed(notebook, every, tmp_path) == ""


def test_a_strategy_decides_in_a_notebook(notebook: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs/strategies.md").read_text("utf-8")
    snippet = re.search(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert snippet
    assert "YES at 0.775" in _printed(notebook, snippet[1], tmp_path)
