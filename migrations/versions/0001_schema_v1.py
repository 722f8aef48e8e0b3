"""Baseline: the tables of the single-portfolio system, where every upgrade starts.

Revision: 0001.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0001"
down_revision = None
kind = "contracting"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
