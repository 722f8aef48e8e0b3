"""Many portfolios: their tables, cycles, tape, ledger and exposure; schema v1 moves into them.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

UPGRADE = (
    ".source.sql",
    ".sql",
    ".carry.sql",
    ".books.sql",
    ".constraints.sql",
    ".restore.sql",
    ".proof.sql",
    ".report.sql",
    ".swap.sql",
)
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_log = logging.getLogger("prescient.migrations")


def upgrade() -> None:
    for suffix in UPGRADE:
        _run(suffix)


def downgrade() -> None:
    _run(".unload.sql")
    _execute("SELECT set_config('search_path', 'prescient_v1', true)")
    _execute(Path(__file__).with_name("0001_schema_v1.sql").read_text())
    _execute(
        "SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true)"
    )
    for suffix in (".restore.sql", ".refill.sql"):
        _run(suffix)
    _execute("DROP SCHEMA prescient_restored CASCADE")
    for kind in ("VIEW", "TABLE"):
        _execute(f"DROP {kind} {', '.join(_created(kind))}")
    _run(".down.sql")


def _created(kind: str) -> list[str]:
    """The names of the views or tables of this revision, newest first."""
    definitions = Path(__file__).with_suffix(".sql").read_text()
    return re.findall(rf"^CREATE {kind} (\w+)", definitions, re.MULTILINE)[::-1]


def _run(suffix: str) -> None:
    """Each `-- name:` of the part, one after another, so that the log says where time goes."""
    head, *named = _NAME.split(Path(__file__).with_suffix(suffix).read_text())
    for name, statements in (("all", head), *zip(named[::2], named[1::2], strict=True)):
        started = time.monotonic()
        _execute(statements)
        _log.info("%s %s: %.2f s", suffix, name, time.monotonic() - started)


def _execute(statements: str) -> None:
    options = {"no_parameters": True}  # a % is a %
    op.get_bind().exec_driver_sql(statements, execution_options=options)
