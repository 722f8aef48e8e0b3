"""Find the newest listing and the newest batch before a moment; say what an exit's reason is.

Revision: 0026, after 0025.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0026"
down_revision = "0025"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
