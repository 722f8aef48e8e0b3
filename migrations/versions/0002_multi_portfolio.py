"""Many portfolios: their tables, cycles, tape, ledger and exposure; schema v1 moves into them.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0002"
down_revision = "0001"
kind = "contracting"

# The baseline makes schema v1 once more, and the views of the upgrade's proof refill it.
_DOWNGRADE = (
    "0002_multi_portfolio/down/01_unload.sql",
    "0001_schema_v1/01_tables.sql",
    "0002_multi_portfolio/down/02_search_path.sql",
    "0002_multi_portfolio/06_restore.sql",
    "0002_multi_portfolio/down/03_refill.sql",
    "0002_multi_portfolio/down/04_drop.sql",
    "0002_multi_portfolio/down/05_swap.sql",
)


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    for part in _DOWNGRADE:
        sql_files.run(sql_files.VERSIONS / part)
