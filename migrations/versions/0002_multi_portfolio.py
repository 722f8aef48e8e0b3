"""Many portfolios: their tables, cycles, tape, ledger and exposure; schema v1 moves into them.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0002"
down_revision = "0001"
kind = "contracting"

# The views through which the upgrade reads and proves schema v1 serve the way back too.
_DOWNGRADE = (
    "0002_multi_portfolio/down/01_unload.sql",
    "0001_schema_v1/01_tables.sql",
    "0002_multi_portfolio/down/02_old_tables.sql",
    "0002_multi_portfolio/08_restore.sql",
    "0002_multi_portfolio/down/03_refill.sql",
    "0002_multi_portfolio/02_old_tables.sql",
    "0002_multi_portfolio/down/04_proof.sql",
    "0002_multi_portfolio/down/05_drop.sql",
    "0002_multi_portfolio/down/06_swap.sql",
)


def upgrade() -> None:
    """Make and fill the new tables beside the old ones; `swap/` has how they take their place."""
    sql_files.upgrade(__file__)


def downgrade() -> None:
    for part in _DOWNGRADE:
        sql_files.run(sql_files.VERSIONS / part)
