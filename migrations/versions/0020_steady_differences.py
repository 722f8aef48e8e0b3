"""A verdict on two portfolios whose difference hardly varies.

Revision: 0020, after 0019.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0020"
down_revision = "0019"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
