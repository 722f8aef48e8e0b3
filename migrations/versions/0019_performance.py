"""What the cache of performance holds beside the seed's metrics.

Revision: 0019, after 0018.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0019"
down_revision = "0018"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
