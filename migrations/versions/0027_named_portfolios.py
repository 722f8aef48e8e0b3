"""Let a transaction name several portfolios: a chunk executes in one.

Revision: 0027, after 0026.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0027"
down_revision = "0026"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
