"""Equity points around flows of cash, one row of history a day, and how far points are thinned.

Revision: 0015, after 0014.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0015"
down_revision = "0014"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
