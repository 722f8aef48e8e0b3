"""Who asked for a movement of cash, a transfer or a change, and why.

Revision: 0022, after 0021.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0022"
down_revision = "0021"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
