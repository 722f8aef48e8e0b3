"""What pages of exits, signals and a cycle's portfolios are found by.

Revision: 0021, after 0020.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0021"
down_revision = "0020"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
