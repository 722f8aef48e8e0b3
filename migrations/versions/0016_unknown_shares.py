"""Admit the write-off of a position of schema v1 whose shares are unknown.

Revision: 0016, after 0015.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0016"
down_revision = "0015"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
