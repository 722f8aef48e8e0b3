"""`.venv/bin/prescient`, which `make run` writes, runs the command line of its checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local import entry_point


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose command line says only where it is, in a folder with odd characters."""
    checkout = _checkout(tmp_path / "it's a $HOME")
    programs = checkout / ".venv/bin"
    programs.mkdir(parents=True)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(sys, "argv", ["entry_point", ".venv"])
    assert entry_point.main() == 0
    return checkout


def _checkout(folder: Path) -> Path:
    (folder / "cli").mkdir(parents=True)
    (folder / "cli/__main__.py").write_text("import sys\nprint(__file__, *sys.argv[1:])\n")
    return folder


def _said(program: str, folder: Path) -> str:
    ran = subprocess.run([program, "a b"], cwd=folder, capture_output=True, text=True, check=True)
    return str((folder / ran.stdout.partition(" a b")[0]).resolve())


def test_it_is_found_from_anywhere(installed: Path, tmp_path: Path) -> None:
    script = installed / ".venv/bin/prescient"
    main = str(installed / "cli/__main__.py")
    (tmp_path / "prescient").symlink_to(script)
    _checkout(tmp_path / "with a cli of its own")
    assert _said(".venv/bin/prescient", installed) == main
    assert _said(str(script), tmp_path / "with a cli of its own") == main
    assert _said(str(tmp_path / "prescient"), tmp_path / "with a cli of its own") == main


def test_a_checkout_that_shares_the_virtualenv_runs_its_own(
    installed: Path, tmp_path: Path
) -> None:
    other = _checkout(tmp_path / "worktree")
    (other / ".venv").symlink_to(installed / ".venv")
    assert _said(".venv/bin/prescient", other) == str(other / "cli/__main__.py")
    assert _said(str(other / ".venv/bin/prescient"), tmp_path) == str(other / "cli/__main__.py")
