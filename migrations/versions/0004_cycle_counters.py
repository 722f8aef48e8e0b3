"""What a cycle's fetch asked of the exchange and left out, in the cycle's row.

Revision: 0004, after 0003.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0004"
down_revision = "0003"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
