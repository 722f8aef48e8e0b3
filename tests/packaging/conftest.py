"""The stack as `sam build` makes it, once a session, and what Lambda's runtime brings."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.emulator import Runtime

ROOT = Path(__file__).resolve().parents[2]
SAM = ROOT / ".venv-sam/bin/sam"
LAMBDA_PYTHON = "3.13"


@dataclass(frozen=True)
class Interpreter:
    """A CPython and its minor version, such as `3.13`."""

    path: Path
    version: str


@pytest.fixture(scope="session")
def interpreter() -> Interpreter:
    """CPython 3.13 where this machine has one; else the layers are built for the running Python."""
    for candidate in _candidates():
        if _version(candidate) == LAMBDA_PYTHON:
            return Interpreter(candidate, LAMBDA_PYTHON)
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Interpreter(Path(sys.executable).resolve(), running)


@pytest.fixture(scope="session")
def build(shared_folder: Path, interpreter: Interpreter) -> Path:
    """The folder in which `sam build` left the built template, the functions and the layers."""
    if not SAM.exists():
        pytest.skip("no SAM CLI: make .venv-sam/.ready installs it")
    folder = shared_folder / "sam/build"
    path = [str(SAM.parent), str(interpreter.path.parent), os.environ["PATH"]]
    environment = os.environ | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "LAMBDA_PYTHON": interpreter.version,
        "PATH": os.pathsep.join(path),
        "SAM_CLI_TELEMETRY": "0",
    }
    with _first_worker(folder) as is_first:
        if is_first:
            _run([SAM, "build", "--build-dir", folder], environment)
    return folder


@pytest.fixture(scope="session")
def runtime(shared_folder: Path, interpreter: Interpreter) -> Runtime:
    emulators = list(ROOT.glob(".venv-sam/lib/python3*/site-packages/samcli/local/rapid/*-x86_64"))
    if not emulators or (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("the emulator of the SAM CLI runs on x86_64 Linux")
    packages = shared_folder / "runtime"
    requirements = Path(__file__).with_name("requirements.txt")
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes"]
    wheels = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--implementation=cp"]
    target = [f"--python-version={interpreter.version}", f"--target={packages}"]
    with _first_worker(packages) as is_first:
        if is_first:
            _run([*install, *wheels, *target, "-r", requirements], dict(os.environ))
    return Runtime(emulators[0], interpreter.path, packages)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def _first_worker(made: Path) -> Iterator[bool]:
    """Whether this worker is to make what the others wait for and then find."""
    made.parent.mkdir(exist_ok=True)
    done = made.with_name(f"{made.name}.done")
    with made.with_name(f"{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable).resolve()
    if found := shutil.which(f"python{LAMBDA_PYTHON}"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from pyenv.glob(f"versions/{LAMBDA_PYTHON}*/bin/python{LAMBDA_PYTHON}")


def _version(python: Path) -> str | None:
    """The minor version of an interpreter, None where it does not start (a shim, for instance)."""
    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _run(command: Sequence[str | Path], environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
