"""Commands of the laptop stack in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATHS = os.pathsep.join([str(ROOT / "layers" / "common"), str(ROOT)])


@contextmanager
def started(
    module: str, *arguments: str, folder: Path | None = None, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a module in the folder, by default this process's own; kill it if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, **settings, "PYTHONPATH": PATHS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
