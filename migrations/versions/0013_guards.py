"""Guards against drawdowns, and a record of every change of status.

Revision: 0013, after 0012.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0013"
down_revision = "0012"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
