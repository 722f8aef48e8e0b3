"""Every command and every snippet that a page prints runs as printed, in the order printed.

One checkout, without `.git`, in a folder of its own: the pages of `FIRST` leave the state on which
the pages of `SERVED` are typed against one real `make serve`. What is not run is listed in
`tests/docs/test_printed.py`. Two things differ from a reader's machine: `make run` trades DAYS=1,
and the port is a free one instead of 8000.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.printed import PRINTED, Block, Server, Shell, answer, failures

FIRST = ("docs/how-to/your-own-strategy.md",)
SERVED = (
    "README.md",
    "docs/laptop-stack.md",
    "docs/http-api.md",
    "docs/guards.md",
    "docs/experiments.md",
)
VIRTUALENVS = {".venv", ".venv-sam", ".venv-audit", ".venv-rivals"}
LEFT = {".git", ".local", ".aws-sam", ".hypothesis", *VIRTUALENVS}


@pytest.mark.timeout(900)
def test_every_printed_command_runs() -> None:
    if shutil.which("curl") is None:
        assert not os.environ.get("CI"), "curl is not installed"
        pytest.skip("curl is not installed: the pages' requests need it")
    problems = []
    with _checkout() as checkout, Server(checkout, _environment(checkout)) as server:
        for page in _in_order():
            print(f"{page}:")
            with Shell(checkout, _environment(checkout)) as shell:
                typed = _typed(page, shell, server, checkout)
                problems += [f"{page}: {problem}" for problem in typed]
    assert problems == []


def _in_order() -> list[str]:
    """Pages that make portfolios of their own come last, since `make run` begins anew."""
    pages = dict.fromkeys(block.page for block in PRINTED if block.is_run or block.file)
    return [*FIRST, *(page for page in pages if page not in (*FIRST, *SERVED)), *SERVED]


def _typed(page: str, shell: Shell, server: Server, checkout: Path) -> Iterator[str]:
    """Type what the page prints, from top to bottom; yield what goes wrong."""
    printed, heading = "", 0
    for block in (block for block in PRINTED if block.page == page):
        printed, heading = printed if block.heading == heading else "", block.heading
        content = block.script.replace("localhost:8000", server.address)
        if block.file:
            (checkout / block.file).parent.mkdir(exist_ok=True)
            (checkout / block.file).write_text(block.content)
        elif block.kind == "json" and printed:
            yield from _unlike_json(block, printed)
        elif block.kind == "text" and printed:
            yield from _unlike_text(block, printed)
        elif block.is_run:
            print(*(f"  {command}" for command in block.commands), sep="\n")
            printed = _run(block, content, shell, server, checkout)
            yield from failures(block, printed)
            continue
        printed = ""


def _run(block: Block, content: str, shell: Shell, server: Server, checkout: Path) -> str:
    if block.kind == "python":
        return _python(content, checkout)
    if block.commands[0].startswith("make serve"):
        return server.serve(block.commands[0], shell)
    return shell.run(content)


def _python(content: str, checkout: Path) -> str:
    """What the snippet prints in the Python of `make python`."""
    ran = subprocess.run(
        ["make", "--silent", "python"],
        cwd=checkout,
        env=_environment(checkout),
        input=content,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout if ran.returncode == 0 else f"<failed> {content}\n{ran.stderr}"


def _unlike_json(block: Block, printed: str) -> Iterator[str]:
    """The printed answer has the very fields of the real one."""
    real = answer(printed)
    try:
        is_alike = json.loads(real).keys() == json.loads(block.content).keys()
    except ValueError:
        is_alike = False
    if not is_alike:
        yield f"answers {real}, not {block.content}"


def _unlike_text(block: Block, printed: str) -> Iterator[str]:
    shown, real = block.content.split(), printed.split()
    if shown != real:
        yield f"prints {printed}, not {block.content}"


@contextmanager
def _checkout() -> Iterator[Path]:
    """A copy of the project where a reader's commands may write, with this one's virtualenv."""
    folder = Path(tempfile.mkdtemp(prefix="prescient-pages-"))
    folder.chmod(0o755)  # as root, Postgres runs as another user
    checkout = folder / "prescient"
    try:
        shutil.copytree(ROOT, checkout, ignore=_left, symlinks=True)
        for pinned in checkout.glob("requirements*.txt"):
            os.utime(pinned, (0, 0))  # older than the virtualenv, which is not installed again
        (checkout / ".venv").symlink_to(Path(sys.prefix).resolve())
        (folder / ".curlrc").write_text("silent\nshow-error\nfail-with-body\nmax-time = 120\n")
        yield checkout
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _left(folder: str, names: list[str]) -> set[str]:
    caches = {cache for cache in names if cache.endswith("_cache") or cache == "__pycache__"}
    return caches | (LEFT.intersection(names) if Path(folder) == ROOT else set())


def _environment(checkout: Path) -> dict[str, str]:
    """Nothing of this process's settings but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(checkout.parent),
        "CURL_HOME": str(checkout.parent),
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        "DAYS": "1",
        "PYTHON": sys.executable,
    }
