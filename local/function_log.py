"""The functions' log, kept off the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prescient.runtime.observability import logger

FUNCTION_LOG = Path(".local/functions.log")


@contextmanager
def functions_log_to(path: Path) -> Iterator[None]:
    """Meanwhile what the functions log goes to `path`, which is emptied first; one JSON a line."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        usual = handler.setStream(stream)
        try:
            yield
        finally:
            handler.setStream(usual or handler.stream)
