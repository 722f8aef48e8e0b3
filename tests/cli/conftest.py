"""A real `make serve` for a module's tests, and the command line as its user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import program
from cli.options import OWN_FAILURE
from local.postgres.server import Listener
from tests.docs.pages import ROOT

_PYTHONPATH = os.pathsep.join([str(ROOT / "layers/common"), str(ROOT)])
_SECONDS = 120


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Prescient = Callable[..., Ran]


@pytest.fixture(scope="module")
def served(shared_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A `make serve` on an empty database; yields its folder, where its commands are run."""
    folder = tmp_path_factory.mktemp("checkout")
    port = str(Listener.on_free_port().port)
    server = subprocess.Popen(
        [sys.executable, "-m", "local.start", "serve"],
        cwd=folder,
        env=environment(folder)
        | {"PORT": port, "EXCHANGE": "simulated", "DATABASE_URL": shared_database_url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        while "Ctrl-C" not in (line := server.stdout.readline()):
            assert line, "make serve ended"
        yield folder
    finally:
        server.terminate()
        server.communicate(timeout=_SECONDS)


@pytest.fixture
def prescient(served: Path, monkeypatch: pytest.MonkeyPatch) -> Prescient:
    """Run a command in the server's folder, which is how it finds address and token."""
    monkeypatch.chdir(served)

    def run(*arguments: str) -> Ran:
        environment = {"HOME": str(served), "COLUMNS": "200"}
        ran = CliRunner().invoke(program, arguments, env=environment)
        assert OWN_FAILURE not in ran.stderr
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    return run


def environment(folder: Path) -> dict[str, str]:
    """Nothing of this process's environment but where programs are."""
    return {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": _PYTHONPATH,
        "PYTHONWARNINGS": "error",
    }
