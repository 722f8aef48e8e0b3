"""What an owner is told to do about a difference mends it, loses nothing, and can be put back."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import pytest

from operations import downgrade, migrate, status
from prescient.core.errors import MigrationRefused, Remedy
from prescient.store import mending
from tests.migrations.commands import Commands
from tests.migrations.old_database import OldDatabase

VIEWS: tuple[LiteralString, ...] = (
    "CREATE VIEW daily AS SELECT timestamp::date AS day, sum(amount) FROM trades GROUP BY 1",
    "CREATE VIEW best AS SELECT day FROM daily WHERE sum > 5",
    "GRANT SELECT ON best TO PUBLIC",
    "CREATE MATERIALIZED VIEW held AS SELECT market_id, amount FROM portfolio_positions",
)
TRIGGER: tuple[LiteralString, ...] = (
    "CREATE TRIGGER stamp BEFORE UPDATE ON trades FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
)
COLUMN: tuple[LiteralString, ...] = (
    "ALTER TABLE trades ADD note TEXT CHECK (note <> ''), ADD stars INTEGER",
    "UPDATE trades SET note = 'mine'",
)
FUNCTION: tuple[LiteralString, ...] = (
    "CREATE FUNCTION traded() RETURNS bigint LANGUAGE sql "
    "BEGIN ATOMIC SELECT count(*) FROM trades; END",
    "REVOKE ALL ON FUNCTION traded FROM PUBLIC",
)


@pytest.fixture
def unversioned(old: OldDatabase) -> OldDatabase:
    """A filled database of schema v1 that nothing ever migrated."""
    old.execute("DROP TABLE alembic_version")
    old.add("portfolio_state")
    old.add("events")
    old.buy()
    return old


def _remedies(old: OldDatabase) -> list[Remedy]:
    with pytest.raises(MigrationRefused) as refused:
        old.upgrade()
    return [*refused.value.remedies]


def _run(old: OldDatabase, remedies: list[Remedy], *, after: bool) -> None:
    old.execute(mending.script(remedies, after=after))


@pytest.mark.parametrize(
    "statements",
    [
        VIEWS,
        TRIGGER,
        COLUMN,
        (*VIEWS, *TRIGGER, *COLUMN),
        ("CREATE RULE quiet AS ON DELETE TO trades DO INSTEAD NOTHING",),
        ("CREATE TABLE notes (trade_id VARCHAR(255) REFERENCES trades (trade_id))",),
        ("CREATE FUNCTION tell(trades) RETURNS text LANGUAGE sql AS 'SELECT $1.action'",),
        FUNCTION,
        (
            *VIEWS,
            "CREATE FUNCTION best_day() RETURNS date LANGUAGE sql "
            "BEGIN ATOMIC SELECT min(day) FROM best; END",
            "CREATE VIEW shown AS SELECT best_day() AS best, (SELECT count(*) FROM trades)",
        ),
        ("CREATE PUBLICATION feed FOR TABLE trades",),
        ("ALTER TABLE trades ADD CHECK (amount > 0)",),
        ("ALTER TABLE trades ENABLE ROW LEVEL SECURITY",),
        ("CREATE TABLE more_trades () INHERITS (trades)",),
        ("ALTER SEQUENCE trades_id_seq OWNED BY NONE",),
        ("ALTER TABLE trades ALTER id TYPE BIGINT",),
        ("ALTER TABLE trades ALTER timestamp TYPE TIMESTAMPTZ",),
        ("ALTER TABLE trades ALTER action DROP NOT NULL",),
        ("ALTER TABLE trades DROP reason",),
        ("ALTER TABLE events DROP CONSTRAINT events_event_id_key",),
        ("CREATE TABLE cash_ledger (id INTEGER)",),
    ],
    ids=lambda statements: statements[0][:50],
)
def test_after_the_statements_of_its_refusal_a_database_is_taken(
    unversioned: OldDatabase, statements: tuple[LiteralString, ...]
) -> None:
    unversioned.execute(*statements)
    remedies = _remedies(unversioned)
    _run(unversioned, remedies, after=False)
    assert unversioned.upgrade()["tables"]["trades"]["rows"] == 1
    _run(unversioned, remedies, after=True)


def test_views_come_back_with_their_rights_and_columns_lie_aside(unversioned: OldDatabase) -> None:
    unversioned.execute(*VIEWS, *COLUMN, *FUNCTION)
    remedies = _remedies(unversioned)
    _run(unversioned, remedies, after=False)
    unversioned.upgrade()
    _run(unversioned, remedies, after=True)
    assert unversioned.row("SELECT count(*) FROM best") == {"count": 1}
    assert unversioned.row("SELECT amount FROM held")["amount"] == 100
    assert unversioned.row("SELECT has_table_privilege('public', 'best', 'SELECT') AS may") == {
        "may": True
    }
    assert unversioned.row(
        "SELECT has_function_privilege('public', 'traded()', 'EXECUTE') AS may"
    ) == {"may": False}
    joined = "SELECT note FROM trades JOIN trades_note USING (id)"
    assert unversioned.row(joined) == {"note": "mine"}


def test_the_command_writes_them_and_status_names_them(
    unversioned: OldDatabase, commands: Commands
) -> None:
    unversioned.execute(*VIEWS, *TRIGGER, *COLUMN)
    seen = commands(status.main, DATABASE_URL=unversioned.url)
    assert seen.status == 0
    assert not Path(".local").exists()
    ended = commands(migrate.main, DATABASE_URL=unversioned.url)
    assert (ended.status, ended.lines[-1]) == (1, "Refused: nothing has changed. Exit status 1.")
    for shown in (seen.text, ended.text):
        assert "view public.best: save and drop it" in shown
        assert "trigger stamp of public.trades: save and drop it" in shown
        assert "column trades.note: move it aside, to a table trades_note by id" in shown
    (before,) = Path(".local/reports").glob("*-refused-before.sql")
    (after,) = Path(".local/reports").glob("*-refused-after.sql")
    unversioned.execute(before.read_text("utf-8"))
    assert commands(migrate.main, DATABASE_URL=unversioned.url).status == 0
    unversioned.execute(after.read_text("utf-8"))


def test_a_downgrade_is_refused_for_views_of_the_upgraded_tables_with_the_same_way_out(
    unversioned: OldDatabase, commands: Commands
) -> None:
    before = unversioned.content()
    unversioned.upgrade()
    unversioned.execute(*VIEWS, *TRIGGER)
    ended = commands(downgrade.main, DATABASE_URL=unversioned.url, BACKUP="no")
    assert (ended.status, ended.lines[-1]) == (1, "Refused: nothing has changed. Exit status 1.")
    assert "view best: save and drop it" in ended.text
    assert "row-level security" not in ended.text
    first, last = sorted(Path(".local/reports").glob("*.sql"), reverse=True)
    unversioned.execute(first.read_text("utf-8"))
    assert commands(downgrade.main, DATABASE_URL=unversioned.url, BACKUP="no").status == 0
    unversioned.execute(last.read_text("utf-8"))
    assert unversioned.content() == before
    assert unversioned.row("SELECT count(*) FROM best") == {"count": 1}


def test_a_refusal_without_a_remedy_gives_none(unversioned: OldDatabase) -> None:
    unversioned.execute("DROP TABLE signal_archives")
    assert _remedies(unversioned) == []
