"""Migrations: what one will do, and the doing, with Alembic.

Only what has the layer with Alembic imports this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from prescient.core.errors import MigrationRefused
from prescient.store import migration_session, old_schema, revisions, roles
from prescient.store.database import SCHEMA_VERSION, Session
from prescient.usecases.support.migrating import ROW_LIMIT, MigrateRequest

# A hundred times what 10,000 dollars buy in lots of 20. To rebuild each number takes 0.1 ms a trade
# and much memory: beyond this the proof in SQL, of the same sums, has to do.
RECONCILED_TRADES = 50_000
_BREAKS_NAMED = 10


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What will be applied, to a database that holds `old_rows` rows of schema v1.

    `adopts` says that it has schema v1's tables and no revision yet.
    """

    from_revision: str | None
    adopts: bool
    old_rows: int
    lacking: tuple[str, ...]

    @property
    def upgrades(self) -> bool:
        """Whether it upgrades schema v1."""
        return revisions.UPGRADE in self.lacking

    @property
    def changes_rows(self) -> bool:
        """Whether there is something to lose."""
        at_old = self.from_revision in (None, revisions.BASELINE)
        return bool(self.lacking) and (self.old_rows > 0 or not at_old)


@dataclass(frozen=True, slots=True)
class Migration:
    """A plan carried out. `report` is that of the upgrade of schema v1, if there has been one."""

    plan: MigrationPlan
    revision: str | None
    report: dict[str, Any] | None


def migrate(
    url: str,
    request: MigrateRequest,
    *,
    target: str = SCHEMA_VERSION,
    permit: Callable[[MigrationPlan], None] = lambda _: None,
    statement_timeout: int = 0,
) -> Migration:
    """Bring the database of `url` to the revision `target`, each statement in at most
    `statement_timeout` seconds (0 is no limit).

    `permit` is told the plan before anything changes; what it raises leaves the database as it is.
    The upgrade of schema v1 is one transaction with every revision and the proof that its books
    reconcile, any other revision one of its own; a dry run is one, undone. Raises
    `MigrationRefused`, `InvalidRequest` and `DatabaseUnavailable`; either way a transaction that
    did not end changed nothing.
    """
    with migration_session.connected(url, statement_timeout) as connection:
        plan = _plan(connection, request, target)
        permit(plan)
        return _carried_out(connection, request, plan)


def plan(url: str, request: MigrateRequest, counted_rows: int) -> MigrationPlan:
    """Tell what `migrate` would do to a database; raises what it would raise before it begins.

    The rows of a table of schema v1 are counted up to `counted_rows`. Nothing is changed: the
    transaction is rolled back.
    """
    with migration_session.connected(url) as connection:
        return _plan(connection, request, SCHEMA_VERSION, counted_rows)


def _plan(
    connection: Connection, request: MigrateRequest, target: str, counted_rows: int = ROW_LIMIT + 1
) -> MigrationPlan:
    with connection.begin() as transaction:
        session = migration_session.begun_session(connection)
        roles.prepare(session, revisions.our_tables())
        for field in ("time_zone", "server_time_zone"):
            if (zone := getattr(request, field)) is not None:
                old_schema.check_time_zone(session, field, zone)
        revision = revisions.current(connection)
        lacking = tuple(revisions.pending(revision, target))
        is_old = revision in (None, revisions.BASELINE)
        old_rows = _old_rows(session, counted_rows) if is_old else None
        transaction.rollback()
    if revision == revisions.BASELINE and old_rows is None:
        raise MigrationRefused(f"the database is at revision {revision}, but has no table of it")
    if revision is None and old_rows is not None:
        return MigrationPlan(None, True, old_rows, lacking[1:])
    return MigrationPlan(revision, False, old_rows or 0, lacking)


def _old_rows(session: Session, counted_rows: int) -> int | None:
    """The rows of schema v1, or None for a database without a table."""
    has_old = old_schema.holds_old_schema(
        session, revisions.baseline_sql(), revisions.later_names()
    )
    return old_schema.count_rows(session, counted_rows) if has_old else None


def _carried_out(connection: Connection, request: MigrateRequest, plan: MigrationPlan) -> Migration:
    done = Migration(plan, plan.from_revision, None)
    for steps in _transactions(plan, request):
        with connection.begin() as transaction:
            if revisions.UPGRADE in steps:
                _upgrade(connection, request, plan, steps)
            else:
                for revision in steps:
                    revisions.apply(connection, revision)
            done = Migration(plan, revisions.current(connection), _report(connection))
            if request.dry_run:
                transaction.rollback()
    return done


def _transactions(plan: MigrationPlan, request: MigrateRequest) -> list[tuple[str, ...]]:
    """The revisions of each transaction."""
    if plan.upgrades or (request.dry_run and plan.lacking):
        return [plan.lacking]
    return [(revision,) for revision in plan.lacking]


def _upgrade(
    connection: Connection, request: MigrateRequest, plan: MigrationPlan, steps: tuple[str, ...]
) -> None:
    """Apply all steps beside schema v1, and let them take its place once their books reconcile."""
    facts = revisions.Facts(
        request.time_zone, request.server_time_zone, request.snapshot_id, plan.adopts
    )
    if plan.adopts:
        revisions.stamp(connection, revisions.BASELINE)
    revisions.upgrade(connection, steps, facts)
    session = migration_session.session(connection)
    trades = old_schema.count_trades(session, RECONCILED_TRADES + 1)
    if steps[-1] == SCHEMA_VERSION and 0 < trades <= RECONCILED_TRADES:
        _reconcile(session)
    revisions.take_place(connection)


def _reconcile(session: Session) -> None:
    # Imported late, because it imports every strategy: `make status`, which needs none, is faster.
    from prescient.usecases import reconcile

    found = reconcile.check(session, limit=_BREAKS_NAMED)
    if found.breaks:
        told = "; ".join(
            f"{broken.rule}: {broken.subject}: {broken.found}, not {broken.expected}"
            for broken in found.breaks
        )
        raise MigrationRefused(f"the upgraded books would not reconcile ({told}), so it is undone")
    old_schema.note_reconciled(session)


def _report(connection: Connection) -> dict[str, Any] | None:
    if revisions.current(connection) in (None, revisions.BASELINE):
        return None
    return old_schema.report(migration_session.session(connection))
