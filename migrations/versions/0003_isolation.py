"""Isolation: what each role may touch, and row-level security around each portfolio's rows.

Revision: 0003, after 0002. The roles themselves are made before any revision runs.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0003"
down_revision = "0002"
kind = "contracting"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
