"""Finish a layer that `sam build` makes: take out what no function imports, and add bytecode.

Lambda cannot write bytecode, so without it every cold start compiles all that it imports, which
takes twice the time. Settings of the environment: `PYTHON313` is the interpreter that compiles, by
default the first Python 3.13 that is found; `BYTECODE=no` does without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Types for checkers, sources of what is compiled already, and tests: nothing imports them.
USELESS_FILES = ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.a", "RECORD")
USELESS_FOLDERS = (
    "__pycache__",
    "tests",
    "alembic/testing",
    "sqlalchemy/testing",
    "numpy/f2py",
    "numpy/_core/include",
)
_WANTED = """\
There is no Python {version} here, and only its bytecode saves Lambda's functions from compiling all
that they import at every cold start. Install one (`pyenv install {version}`, or `uv python install
{version}`, or a package of this system), or name one: PYTHON313=/path/to/python{version}. To build
layers that start in twice the time, say BYTECODE=no."""


def main(layer: Path) -> None:
    """Finish the packages in the folder `layer`."""
    wanted = os.environ.get("BYTECODE", "") or "yes"
    if wanted not in {"yes", "no"}:
        sys.exit(f"BYTECODE: {wanted!r} is neither yes nor no")
    _take_out(layer)
    if wanted == "no":
        print("BYTECODE=no: this layer starts in twice the time", file=sys.stderr)
    else:
        _compile(layer, os.environ.get("LAMBDA_PYTHON", "") or "3.13")


def _take_out(layer: Path) -> None:
    for folder in USELESS_FOLDERS:
        for found in list(layer.rglob(folder)):
            shutil.rmtree(found)
    for pattern in USELESS_FILES:
        for found in list(layer.rglob(pattern)):
            found.unlink()


def _compile(layer: Path, version: str) -> None:
    """Compile for /opt/python, where Lambda mounts layers.

    The bytecode is unchecked: a zip file and Lambda change the times of the sources, by which
    Python would find it void, and to hash every source at a cold start would take time for nothing,
    since nothing can change a layer.
    """
    command = [interpreter(version), "-m", "compileall", "-q", "-s", str(layer)]
    command += ["-p", "/opt/python", "--invalidation-mode", "unchecked-hash", str(layer)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"{command[0]} could not compile {layer}")


def interpreter(version: str) -> str:
    """Return the Python of this version; exit with what to do where there is none."""
    named = os.environ.get("PYTHON313", "")
    if named and _version(named) != version:
        sys.exit(f"PYTHON313: {named} is no Python {version}")
    for candidate in [named] if named else _candidates(version):
        if _version(candidate) == version:
            return candidate
    sys.exit(_WANTED.format(version=version))


def _candidates(version: str) -> Iterator[str]:
    """The interpreter that runs this, that of the PATH, and those that pyenv and uv installed."""
    name = f"python{version}"
    yield sys.executable
    yield name
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python")).expanduser()
    for folder in (pyenv / "versions", uv):
        yield from map(str, sorted(folder.glob(f"*{version}*/bin/{name}")))


def _version(interpreter: str) -> str | None:
    """The minor version of an interpreter, None where it does not start (a shim, for instance)."""
    command = [interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
