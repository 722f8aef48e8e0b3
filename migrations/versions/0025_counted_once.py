"""Count a portfolio's trades once: the seed's second name for the count shows the first.

Revision: 0025, after 0024.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0025"
down_revision = "0024"
kind = "contracting"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
