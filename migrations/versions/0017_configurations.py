"""Versions of configurations that are kept, tags, and twins.

Revision: 0017, after 0016.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0017"
down_revision = "0016"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
