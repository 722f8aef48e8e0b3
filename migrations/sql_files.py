"""A revision's SQL: the folder of its name, with numbered parts; `down/` has the way back."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

from alembic import op

VERSIONS = Path(__file__).with_name("versions")
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_log = logging.getLogger("prescient.migrations")


def upgrade(revision_file: str) -> None:
    """Run the parts of the folder that has the revision's name."""
    _run_folder(Path(revision_file).with_suffix(""))


def downgrade(revision_file: str) -> None:
    """Run the parts of its `down/`."""
    _run_folder(Path(revision_file).with_suffix("") / "down")


def run(part: Path) -> None:
    """Execute a part, each of its `-- name:` by itself so that the log says where time goes."""
    head, *named = _NAME.split(part.read_text("utf-8"))
    for name, statements in (("all", head), *zip(named[::2], named[1::2], strict=True)):
        started = time.monotonic()
        _execute(statements)
        _log.info("%s %s: %.2f s", part.relative_to(VERSIONS), name, time.monotonic() - started)


def _run_folder(folder: Path) -> None:
    for part in sorted(folder.glob("*.sql")):
        run(part)


def _execute(statements: str) -> None:
    # As they are: a % is a %.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
