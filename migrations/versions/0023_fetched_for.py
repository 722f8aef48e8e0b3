"""What a filter's batch was fetched for, so that another cycle can tell whether it covers it.

Revision: 0023, after 0022.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0023"
down_revision = "0022"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
