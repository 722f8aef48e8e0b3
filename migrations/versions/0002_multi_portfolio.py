"""Many portfolios: their tables, cycles, tape, ledger and exposure.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for part in (".source.sql", ".sql", ".constraints.sql"):
        op.get_bind().exec_driver_sql(Path(__file__).with_suffix(part).read_text())


def downgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".down.sql").read_text())
