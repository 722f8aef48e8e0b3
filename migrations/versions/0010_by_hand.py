"""Record of an exit by hand who ordered it, why, and what it was sold into; know the write-off.

Revision: 0010, after 0009.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0010"
down_revision = "0009"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
