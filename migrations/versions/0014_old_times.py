"""When rows of schema v1 were written, which revision 2 once left out.

Revision: 0014, after 0013.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0014"
down_revision = "0013"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
