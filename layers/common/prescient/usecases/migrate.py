"""Brings the database to the schema that this code expects."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel

from prescient.core.errors import InvalidRequest, MigrationRefused
from prescient.store import stamp
from prescient.store.database import SCHEMA_VERSION, Database
from prescient.usecases.support.migrating import ROW_LIMIT, MigrateRequest

if TYPE_CHECKING:
    from prescient.usecases.migration import Migration, MigrationPlan
    from prescient.usecases.support.context import StepContext


class UpgradeSummary(BaseModel):
    """What became of schema v1: rows, and dollars. The whole report is in `migration_reports`."""

    rows: int
    moved_to_legacy_rows: int
    adjustment: Decimal
    different_pnls: int


class MigrateResult(BaseModel):
    """The schema version after the migration, and the revisions that it applied."""

    revision: str
    from_revision: str | None
    applied: list[str]
    undone: list[str] | None = None
    dry_run: bool
    snapshot_id: str | None = None
    upgrade: UpgradeSummary | None = None


def run(request: MigrateRequest, context: StepContext) -> MigrateResult:
    """Apply every revision that the database lacks, each in a transaction of its own.

    The function has no pg_dump and not much time. Raises `InvalidRequest` where a filled database
    of schema v1 comes without a snapshot, and `MigrationRefused` where it is too large. A newer
    schema stays as it is, since code that was rolled back runs on it; `SchemaVersionMismatch` says
    where it does not.
    """
    if request.to is not None:
        return _taken_back(request, request.to, context)
    url = context.database.url
    standing = stamp.standing(url)
    if standing is not None and standing.isdecimal() and standing >= SCHEMA_VERSION:
        _check_served(context.database)
        return _nothing_to_do(request, standing)
    # Imported late: Alembic and SQLAlchemy take three times what everything else does, and most
    # deployments change no schema.
    from prescient.usecases.migration import migrate

    done = migrate(
        url,
        request,
        permit=lambda plan: _permit_in_function(request, plan),
        statement_timeout=context.database.statement_timeout,
    )
    return MigrateResult(
        revision=done.revision or "",
        from_revision=done.plan.from_revision,
        applied=list(done.plan.lacking),
        dry_run=request.dry_run,
        snapshot_id=request.snapshot_id,
        upgrade=_summary(done),
    )


def _taken_back(request: MigrateRequest, to: str, context: StepContext) -> MigrateResult:
    from prescient.usecases.support import way_back

    way = way_back.go(context.database, to, dry_run=request.dry_run)
    return MigrateResult(
        revision=way.revision,
        from_revision=way.from_revision,
        applied=[],
        undone=way.undone,
        dry_run=request.dry_run,
    )


def _check_served(database: Database) -> None:
    """Raise `SchemaVersionMismatch` where the schema does not serve this code."""
    try:
        with database.transaction():
            pass
    finally:
        database.close()


def _nothing_to_do(request: MigrateRequest, standing: str) -> MigrateResult:
    return MigrateResult(
        revision=standing,
        from_revision=standing,
        applied=[],
        dry_run=request.dry_run,
        snapshot_id=request.snapshot_id,
    )


def _permit_in_function(request: MigrateRequest, plan: MigrationPlan) -> None:
    if not plan.upgrades or plan.old_rows == 0:
        return
    if plan.old_rows > ROW_LIMIT:
        raise MigrationRefused(
            f"the database holds more than {ROW_LIMIT:,} rows of schema v1, too many for the "
            "function's time: upgrade it with `make migrate` from a machine that reaches it"
        )
    if request.snapshot_id is None and not request.dry_run:
        raise InvalidRequest(
            "snapshot_id: required to upgrade a filled database of schema v1, for the function "
            "makes no backup: take a snapshot and name it"
        )


def _summary(done: Migration) -> UpgradeSummary | None:
    if done.report is None or not done.plan.upgrades:
        return None
    tables = done.report["tables"].values()
    return UpgradeSummary(
        rows=sum(table["rows"] for table in tables),
        moved_to_legacy_rows=sum(table["moved_to_legacy_rows"] for table in tables),
        adjustment=sum(
            (portfolio["money"]["adjustment"] for portfolio in done.report["portfolios"]),
            Decimal(0),
        ),
        different_pnls=sum(total["different"] for total in done.report["differences"]["totals"]),
    )
