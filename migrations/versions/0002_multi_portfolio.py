"""Many portfolios: their tables, cycles, tape, ledger and exposure; schema v1 moves into them.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import re
from pathlib import Path

from migrations import sql_files

revision = "0002"
down_revision = "0001"

_UPGRADE = (
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
_BASELINE = str(Path(__file__).with_name("0001_schema_v1.py"))
_BACK_TO_THE_NEW_TABLES = """
    SELECT set_config('search_path', current_setting('prescient.migration_search_path'), true)"""


def upgrade() -> None:
    for suffix in _UPGRADE:
        sql_files.run(__file__, suffix)


def downgrade() -> None:
    sql_files.run(__file__, ".unload.sql")
    sql_files.run(_BASELINE, ".sql")
    sql_files.execute(_BACK_TO_THE_NEW_TABLES)
    for suffix in (".restore.sql", ".refill.sql"):
        sql_files.run(__file__, suffix)
    for kind in ("VIEW", "TABLE"):
        sql_files.execute(f"DROP {kind} {', '.join(_created(kind))}")
    sql_files.run(__file__, ".down.sql")


def _created(kind: str) -> list[str]:
    """The names of the views or tables of this revision, newest first."""
    definitions = Path(__file__).with_suffix(".sql").read_text("utf-8")
    return re.findall(rf"^CREATE {kind} (\w+)", definitions, re.MULTILINE)[::-1]
