"""What `make run` installs, and what it refuses in one line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from local import install
from tests.packaging.conftest import ROOT

COMMANDS = ("local.start", "local.demo.run", "local.demo.serve")
OPERATIONS = ("migrate", "downgrade", "status", "reconcile", "openapi", "schema")


def test_what_make_run_and_the_commands_import_is_installed_for_them() -> None:
    """In a process of its own: what the tests have imported is not in question."""
    modules = [*COMMANDS, *(f"operations.{name}" for name in OPERATIONS)]
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    path = os.pathsep.join([str(ROOT / "layers/common"), str(ROOT)])
    imported = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    distributions = packages_distributions()
    needed = {
        _normalized(distribution)
        for name in {name.partition(".")[0] for name in imported}
        for distribution in distributions.get(name, [])
    }
    assert needed - _pinned("run") - {"pip", "setuptools"} == set()
    assert len(needed) > 10


def test_the_tests_have_what_make_run_has_at_its_versions() -> None:
    run, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / f"requirements-{name}.txt").read_text(), re.MULTILINE))
        for name in ("run", "dev")
    )
    assert run <= dev


def _pinned(name: str) -> set[str]:
    pins = (ROOT / f"requirements-{name}.txt").read_text()
    return {_normalized(pin) for pin in re.findall(r"^([\w.-]+)(?:\[.*?\])?==", pins, re.MULTILINE)}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_an_old_python_is_told_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python 3.10"
    code = "import sys; sys.version_info = (3, 10, 13); exec(sys.argv[1])"
    old.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{code}' \"$2\"\n")
    old.chmod(0o755)
    (tmp_path / "requirements-run.txt").touch()
    done = subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", "run", f"PYTHON={old}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    told, of_make = done.stderr.splitlines()
    assert told.startswith(f"Python 3.11 or newer is needed, and {old} is 3.10: make PYTHON=")
    assert re.match(r"make(\[\d+\])?: \*\*\*", of_make)
    assert not (tmp_path / ".venv").exists()


def test_a_debian_without_venv_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert _install(tmp_path, monkeypatch) == 1
    assert "sudo apt install python3-venv" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    assert _install(tmp_path, monkeypatch) == 1
    assert "read-only for you: copy the project" in capsys.readouterr().err


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    arguments = ["install", str(folder / ".venv"), str(ROOT / "requirements-run.txt")]
    monkeypatch.setattr("sys.argv", arguments)
    return install.main()
