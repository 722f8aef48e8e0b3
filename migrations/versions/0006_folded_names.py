"""What the names of portfolios have in common, so that no two of them look the same.

Revision: 0006, after 0005.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from migrations import sql_files
from prescient.core.portfolio.names import folded

revision = "0006"
down_revision = "0005"
kind = "expanding"


def upgrade() -> None:
    sql_files.upgrade(__file__)
    _fold_names()


def downgrade() -> None:
    sql_files.downgrade(__file__)


def _fold_names() -> None:
    """Of names that clash the oldest portfolio keeps the key; the others get their id appended."""
    taken: set[str] = set()
    connection = op.get_bind()
    names = text("SELECT portfolio_id, name FROM portfolios ORDER BY portfolio_id")
    for portfolio_id, name in connection.execute(names).fetchall():
        key = folded(name) if folded(name) not in taken else f"{folded(name)}\n{portfolio_id}"
        taken.add(key)
        connection.execute(
            text("UPDATE portfolios SET folded_name = :key WHERE portfolio_id = :portfolio_id"),
            {"key": key, "portfolio_id": portfolio_id},
        )
