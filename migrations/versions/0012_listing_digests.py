"""Digests of what the exchange lists, so that what did not change is neither sent nor compared.

Revision: 0012, after 0011.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0012"
down_revision = "0011"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
