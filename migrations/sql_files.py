"""A revision's SQL: the files beside it that have its name."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

from alembic import op

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_log = logging.getLogger("prescient.migrations")


def run(revision_file: str, suffix: str) -> None:
    """Each `-- name:` of a file, one after another, so that the log says where time goes."""
    file = Path(revision_file).with_suffix(suffix)
    head, *named = _NAME.split(file.read_text("utf-8"))
    for name, statements in (("all", head), *zip(named[::2], named[1::2], strict=True)):
        started = time.monotonic()
        execute(statements)
        _log.info("%s %s: %.2f s", file.stem, name, time.monotonic() - started)


def execute(statements: str) -> None:
    """Statements as they are: a % is a %."""
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
