"""Drop keys that others imply and indexes that no statement uses; index what was searched whole.

docs/adr/0025-a-lean-schema.md has the lists and what holds the invariants now.

Revision: 0024, after 0023.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0024"
down_revision = "0023"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
