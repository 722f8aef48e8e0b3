"""What a market id stands for is stored with prices and positions, and new reasons to wait.

Revision: 0008, after 0007.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0008"
down_revision = "0007"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
