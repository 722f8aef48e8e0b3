"""The functions' log and metrics, kept off the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prescient.runtime.observability import output

FUNCTION_LOG = Path(".local/functions.log")


@contextmanager
def functions_log_to(path: Path) -> Iterator[None]:
    """Write logs and metrics to `path`, which is emptied first; one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        usual = output.setStream(file)
        try:
            yield
        finally:
            output.setStream(usual or output.stream)
