"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}.
"""

from __future__ import annotations

from migrations import sql_files

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    sql_files.run(__file__, ".sql")


def downgrade() -> None:
    sql_files.run(__file__, ".down.sql")
