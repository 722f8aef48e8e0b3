"""Sums over all portfolios are wider than one portfolio, and what fails alone is noted.

Revision: 0009, after 0008.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0009"
down_revision = "0008"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
