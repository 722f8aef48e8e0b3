"""Code runs on a range of schemas: deployed and rolled back, it meets newer ones than its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from local.postgres import migrations
from migrations import sql_files
from prescient.core.errors import InvalidRequest, MigrationRefused, SchemaVersionMismatch
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.chain import BASELINE, REVISIONS, VERSIONS
from tests.migrations.invoked import invoke
from tests.world import World

NEXT = "9001"
BEFORE = REVISIONS[-2]
EXPANDS = (
    "expanding",
    "ALTER TABLE portfolios ADD COLUMN motto TEXT; CREATE TABLE mottos (motto TEXT NOT NULL);",
    "DROP TABLE mottos; ALTER TABLE portfolios DROP COLUMN motto;",
)
CONTRACTS = (
    "contracting",
    "ALTER TABLE portfolios RENAME COLUMN description TO about;",
    "ALTER TABLE portfolios RENAME COLUMN about TO description;",
)
Next = Callable[[tuple[str, str, str]], None]


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World) -> Next:
    """Migrates as the next release of the code would, which has one revision more."""

    def migrated(revision: tuple[str, str, str]) -> None:
        kind, up, down = revision
        shutil.copytree(VERSIONS.parent, tmp_path / "migrations")
        versions = tmp_path / "migrations/versions"
        newest = next(versions.glob(f"{SCHEMA_VERSION}_*.py")).read_text()
        written = newest.replace(f'"{SCHEMA_VERSION}"', f'"{NEXT}"')
        written = written.replace(
            f'down_revision = "{BEFORE}"', f'down_revision = "{SCHEMA_VERSION}"'
        )
        stated = {"expanding": "contracting", "contracting": "expanding"}[kind]
        (versions / f"{NEXT}_next.py").write_text(written.replace(stated, kind))
        for folder, statements in (("", up), ("down", down)):
            (versions / f"{NEXT}_next" / folder).mkdir(parents=True, exist_ok=True)
            part = versions / f"{NEXT}_next" / folder / "01_part.sql"
            part.write_text(f"-- A part.\n{statements}\n")
        with monkeypatch.context() as changed:
            changed.setattr(revisions, "_folder", lambda: tmp_path / "migrations")
            changed.setattr(sql_files, "VERSIONS", versions)
            migrations.upgrade(world.database_url, NEXT)
        world.disconnect()

    return migrated


def _noted(world: World) -> tuple[str, str]:
    row = world.row("SELECT version_num, least_code FROM alembic_version")
    return row["version_num"], row["least_code"]


def test_code_trades_on_the_schema_of_the_next_release(world: World, next_release: Next) -> None:
    portfolio_id = world.portfolio()
    before = _noted(world)
    next_release(EXPANDS)
    assert _noted(world) == (NEXT, before[1])
    world.run_cycle()
    world.update_prices()
    assert world.state(portfolio_id).trade_count > 0
    assert world.breaks() == []


def test_code_that_was_rolled_back_leaves_the_newer_schema_as_it_is(
    world: World, next_release: Next
) -> None:
    """CloudFormation asks the older code to migrate when it rolls a deployment back."""
    next_release(EXPANDS)
    answer = invoke(world.database_url)
    assert answer == {
        "revision": NEXT,
        "from_revision": NEXT,
        "applied": [],
        "dry_run": False,
    }


@pytest.mark.parametrize("use", [World.run_cycle, lambda world: invoke(world.database_url)])
def test_code_refuses_a_schema_that_took_something_away(
    world: World, next_release: Next, use: Callable[[World], object]
) -> None:
    next_release(CONTRACTS)
    told = (
        f"the database is at schema version {NEXT}, which serves code from {NEXT} on; this code "
        f"was written for {SCHEMA_VERSION}"
    )
    with pytest.raises(SchemaVersionMismatch, match=told):
        use(world)


def test_a_newer_schema_that_does_not_say_whom_it_serves_is_refused(world: World) -> None:
    world.rows("UPDATE alembic_version SET version_num = '9001', least_code = NULL RETURNING 1")
    world.disconnect()
    with pytest.raises(SchemaVersionMismatch, match="which serves code from 9001 on"):
        world.run_cycle()


def test_code_refuses_a_schema_that_lacks_what_it_needs(world: World) -> None:
    world.disconnect()
    migrations.downgrade(world.database_url, BEFORE)
    told = f"at schema version {BEFORE}; this code needs {SCHEMA_VERSION} or newer"
    with pytest.raises(SchemaVersionMismatch, match=told):
        world.run_cycle()


def test_the_function_takes_one_step_back_and_forward_again(world: World) -> None:
    world.disconnect()
    before = _noted(world)
    assert invoke(world.database_url, to=BEFORE, dry_run=True) == {
        "revision": SCHEMA_VERSION,
        "from_revision": SCHEMA_VERSION,
        "applied": [],
        "undone": [SCHEMA_VERSION],
        "dry_run": True,
    }
    assert _noted(world) == before
    assert invoke(world.database_url, to=BEFORE)["undone"] == [SCHEMA_VERSION]
    assert _noted(world) == (BEFORE, before[1])
    assert invoke(world.database_url)["applied"] == [SCHEMA_VERSION]
    assert _noted(world) == before


@pytest.mark.parametrize(
    ("to", "error", "told"),
    [
        (BASELINE, InvalidRequest, "schema v1 itself is for `make downgrade`"),
        (SCHEMA_VERSION, MigrationRefused, "not above"),
        ("0002", MigrationRefused, "is contracting"),
        ("9001", InvalidRequest, "no revision '9001'"),
        ("head", InvalidRequest, "to: "),
    ],
)
def test_a_step_back_that_would_lose_something_is_refused(
    world: World, to: str, error: type[Exception], told: str
) -> None:
    world.disconnect()
    with pytest.raises(error, match=told):
        invoke(world.database_url, to=to)
    assert _noted(world)[0] == SCHEMA_VERSION
