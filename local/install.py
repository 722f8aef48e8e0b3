"""`python -m local.install VIRTUALENV REQUIREMENTS...`: install pinned packages visibly.

The interpreter that runs it may have nothing but its standard library.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from local.heartbeat import Heartbeat

_PIN = re.compile(r"^[a-z0-9][\w.-]*(\[\w+\])?==", re.IGNORECASE | re.MULTILINE)
_FETCHED = re.compile(r"^(?:Collecting|Processing|Requirement already satisfied:) (?:\S*/)?(\S+)")
_OPTIONS = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-input")
_LINES_OF_AN_ERROR = 12


class InstallFailed(Exception):
    """Nothing was installed, or not everything; the message says why and what to do."""


def main() -> int:
    """Install; return 0, or 1 with a message on standard error."""
    virtualenv, *requirements = map(Path, sys.argv[1:])
    started = time.monotonic()
    try:
        _check_writable(virtualenv)
        _make(virtualenv)
        _install(virtualenv, requirements)
    except (InstallFailed, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped: the next make installs the rest.", file=sys.stderr)
        return 130
    seconds = time.monotonic() - started
    print(f"{_listed(requirements)}: installed in {virtualenv} ({seconds:.0f} s, only this once)")
    return 0


def _make(virtualenv: Path) -> None:
    if (virtualenv / "bin/pip").exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise InstallFailed(
            "This Python makes no virtualenvs. On Debian and Ubuntu: "
            f"sudo apt install python3-venv (or python{version}-venv)"
        )
    with Heartbeat(f"Making the virtualenv {virtualenv} with Python {sys.version.split()[0]}"):
        command = [sys.executable, "-m", "venv", str(virtualenv)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallFailed(_end(done.stdout.splitlines() + done.stderr.splitlines()))


def _check_writable(virtualenv: Path) -> None:
    folder = virtualenv.absolute()
    folder = folder if folder.exists() else folder.parent
    if not os.access(folder, os.W_OK):
        raise InstallFailed(f"{folder} is read-only for you: copy the project to a folder of yours")


def _install(virtualenv: Path, requirements: Sequence[Path]) -> None:
    files = [argument for path in requirements for argument in ("-r", str(path))]
    count = sum(len(_PIN.findall(path.read_text(encoding="utf-8"))) for path in requirements)
    command = [str(virtualenv / "bin/python"), "-m", "pip", "install", *_OPTIONS]
    with (
        Heartbeat(f"Installing {count} packages into {virtualenv}") as beat,
        subprocess.Popen(
            [*command, *files],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as pip,
    ):
        assert pip.stdout is not None
        said = _followed(pip.stdout, count, beat, virtualenv)
    if pip.returncode:
        raise InstallFailed(f"pip could not install {_listed(requirements)}:\n{_end(said)}")


def _followed(output: Iterable[str], count: int, beat: Heartbeat, virtualenv: Path) -> list[str]:
    """Show the package that each line of pip is about; return the lines."""
    said, fetched = [], 0
    for line in output:
        said.append(line.rstrip())
        if package := _FETCHED.match(line):
            fetched += 1
            beat.show(f"Fetching {package[1]} ({fetched} of {count})")
        elif line.startswith("Installing collected packages"):
            beat.show(_unpacking(virtualenv, line.count(",") + 1))
    return said


def _unpacking(virtualenv: Path, count: int) -> Callable[[], str]:
    """Return what counts the packages that are there, as pip itself does not say."""

    def present() -> int:
        return sum(1 for _ in virtualenv.glob("lib/python3*/site-packages/*.dist-info"))

    before = present()
    return lambda: f"Unpacking into {virtualenv} ({present() - before} of {count})"


def _listed(requirements: Sequence[Path]) -> str:
    return ", ".join(map(str, requirements))


def _end(lines: list[str]) -> str:
    told = [line for line in lines if not line.startswith("WARNING")]
    return "\n".join((told or lines)[-_LINES_OF_AN_ERROR:])


if __name__ == "__main__":
    sys.exit(main())
