"""What the comparison said of pairs of portfolios, for rebalancing.

Revision: 0018, after 0017.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0018"
down_revision = "0017"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
