"""What research needs of the tape: outcomes, what batches were asked with, what they left out.

Revision: 0007, after 0006.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0007"
down_revision = "0006"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
