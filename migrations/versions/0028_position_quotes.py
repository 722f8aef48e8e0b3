"""Show what a position is offered at, and when that was seen, where its value is.

Revision: 0028, after 0027.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0028"
down_revision = "0027"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
