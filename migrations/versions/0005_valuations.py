"""One valuation of a portfolio and one set of markets that can be traded, as views.

Revision: 0005, after 0004.
"""

from __future__ import annotations

from migrations import sql_files

revision = "0005"
down_revision = "0004"
kind = "contracting"


def upgrade() -> None:
    sql_files.upgrade(__file__)


def downgrade() -> None:
    sql_files.downgrade(__file__)
