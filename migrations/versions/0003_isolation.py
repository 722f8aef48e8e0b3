"""Isolation: what each role may touch, and row-level security around each portfolio's rows.

Revision: 0003, after 0002. The roles themselves are made before any revision runs.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _run(".sql")


def downgrade() -> None:
    _run(".down.sql")


def _run(suffix: str) -> None:
    options = {"no_parameters": True}  # a % is a %
    statements = Path(__file__).with_suffix(suffix).read_text()
    op.get_bind().exec_driver_sql(statements, execution_options=options)
