"""When an order is refused because its market has ended, and depth that portfolios share.

Revision: 0011, after 0010.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0011"
down_revision = "0010"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
