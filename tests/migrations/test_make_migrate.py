"""`make migrate` and `make downgrade`: what they ask for, print, write and leave alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, LiteralString

import pytest

from local.postgres import databases
from operations import downgrade, migrate, migration_report
from prescient.store import revisions
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.commands import Commands
from tests.migrations.old_database import OldDatabase

LAST_STEP = revisions.steps_back(SCHEMA_VERSION)[-1]
UNTOUCHED = "Refused: nothing has changed. Exit status 1."


def _at(old: OldDatabase) -> str:
    revision: str = old.row("SELECT version_num FROM alembic_version")["version_num"]
    return revision


def test_it_upgrades_after_a_backup_and_reports(old: OldDatabase, commands: Commands) -> None:
    old.add("portfolio_state", balance="9900.00")
    old.add("markets", yes_price="0.90")
    old.buy(current_pnl="12.50")
    old.add("trades", trade_id="odd", action="hold")
    ended = commands(migrate.main, DATABASE_URL=old.url, TIME_ZONE="Europe/Berlin")
    assert ended.status == 0
    assert ended.lines[-1] == f"Done: the database is at revision {SCHEMA_VERSION}. Exit status 0."
    report = commands.report()
    assert (report["from_revision"], report["revision"]) == ("0001", SCHEMA_VERSION)
    assert [Path(report["backup"])] == commands.backups()
    upgrade = report["upgrade"]
    assert upgrade["time_zone"] == "Europe/Berlin"
    assert upgrade["tables"]["trades"]["rows"] == 2
    assert upgrade["legacy_rows"] == [
        {"table_name": "trades", "reason": "unknown action", "rows": 1}
    ]
    assert {difference["corrected_pnl"] for difference in upgrade["differences"]["first"]} == {
        16.13
    }
    (portfolio,) = upgrade["portfolios"]
    assert portfolio["old"]["balance"] == portfolio["new"]["current_balance"]
    (page,) = commands.pages()
    for told in ("unknown action", "12.50", "16.13", "Europe/Berlin", "Verified:", "Backup:"):
        assert told in ended.text
        assert told in page


def test_a_dry_run_reports_the_same_and_changes_nothing(
    old: OldDatabase, commands: Commands
) -> None:
    old.add("portfolio_state")
    old.buy()
    old.execute("GRANT UPDATE (amount) ON trades TO PUBLIC")
    before, roles = old.content(), old.rows("SELECT * FROM pg_auth_members ORDER BY oid")
    ended = commands(migrate.main, DATABASE_URL=old.url, DRY_RUN="1")
    assert "public: UPDATE (amount) on trades" in ended.text
    assert (ended.status, commands.report()["dry_run"], commands.backups()) == (0, True, [])
    assert "nothing has changed. Exit status 0." in ended.lines[-1]
    assert old.content() == before
    assert _at(old) == "0001"
    assert old.rows("SELECT * FROM pg_auth_members ORDER BY oid") == roles
    commands(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    dry, real = commands.reports()
    assert real["upgrade"] == dry["upgrade"]
    assert commands.backups() == []


def test_a_second_run_changes_nothing_and_reports_nothing(
    old: OldDatabase, commands: Commands
) -> None:
    old.buy()
    commands(migrate.main, DATABASE_URL=old.url)
    query: LiteralString = "SELECT oid, xmin::text, relname FROM pg_class ORDER BY oid"
    before, left = old.rows(query), sorted(Path(".local").rglob("*"))
    ended = commands(migrate.main, DATABASE_URL=old.url)
    assert (ended.status, "there was nothing to do" in ended.lines[-1]) == (0, True)
    assert (old.rows(query), sorted(Path(".local").rglob("*"))) == (before, left)


def test_a_report_is_named_after_its_database_and_its_time(
    old: OldDatabase, commands: Commands
) -> None:
    commands(migrate.main, DATABASE_URL=old.url)
    commands(downgrade.main, DATABASE_URL=old.url)
    named = rf"{databases.name_of(old.url)}-\d{{8}}T\d{{6}}\.\d{{6}}Z-(\w+\.\w+)"
    found = [re.fullmatch(named, path.name) for path in sorted(Path(".local/reports").iterdir())]
    assert [match and match[1] for match in found] == [
        "migrate.json",
        "migrate.txt",
        "downgrade.json",
        "downgrade.txt",
    ]


def test_a_fresh_install_and_an_empty_older_database_need_no_backup(
    old: OldDatabase, empty_database_url: str, commands: Commands
) -> None:
    for url in (old.url, empty_database_url):
        assert commands(migrate.main, DATABASE_URL=url).status == 0
    assert commands.backups() == []


@pytest.mark.parametrize("dry_run", ["", "1"])
def test_a_value_that_is_no_number_is_reported_as_it_is(
    old: OldDatabase, commands: Commands, dry_run: str
) -> None:
    old.add("portfolio_snapshots", balance="NaN")
    old.buy(amount="NaN")
    ended = commands(migrate.main, DATABASE_URL=old.url, DRY_RUN=dry_run)
    assert ended.status == 0
    assert "NaN" in ended.text
    assert commands.report()["upgrade"]["tables"]["portfolio_snapshots"]["sum"] == "NaN"


def test_downgrade_is_the_way_back(old: OldDatabase, commands: Commands) -> None:
    old.buy()
    before = old.content()
    commands(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    ended = commands(downgrade.main, DATABASE_URL=old.url)
    assert (ended.status, len(commands.backups())) == (0, 1)
    assert "of schema v1 again" in ended.lines[-1]
    assert old.content() == before
    assert (commands.report()["revision"], _at(old)) == ("0001", "0001")
    ended = commands(downgrade.main, DATABASE_URL=old.url)
    assert ended.status == 1
    assert ended.lines == ["the database is at revision 0001: it was not upgraded", UNTOUCHED]


def test_a_dry_run_of_a_downgrade_changes_nothing(old: OldDatabase, commands: Commands) -> None:
    old.buy()
    commands(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    ended = commands(downgrade.main, DATABASE_URL=old.url, DRY_RUN="1")
    assert (ended.status, commands.backups(), _at(old)) == (0, [], SCHEMA_VERSION)
    assert "nothing has changed" in ended.lines[-1]
    assert (commands.report()["dry_run"], commands.report()["revision"]) == (True, SCHEMA_VERSION)


def test_one_step_back_is_possible_as_far_as_revisions_expand(
    old: OldDatabase, commands: Commands
) -> None:
    old.buy()
    commands(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    ended = commands(downgrade.main, DATABASE_URL=old.url, TO=LAST_STEP)
    assert (ended.status, _at(old)) == (0, LAST_STEP)
    assert ended.lines[-1] == f"Done: the database is at revision {LAST_STEP}. Exit status 0."
    older = f"{int(LAST_STEP) - 1:04}"
    for to, told in (
        (older, f"revision {LAST_STEP} (.* contracting"),
        (SCHEMA_VERSION, f"the database is at revision {LAST_STEP}, not above"),
        ("9", "no revision '9'"),
    ):
        refused = commands(downgrade.main, DATABASE_URL=old.url, TO=to)
        assert (refused.status, refused.lines[-1], _at(old)) == (1, UNTOUCHED, LAST_STEP)
        assert told.partition(" (")[0] in refused.text
    assert commands(migrate.main, DATABASE_URL=old.url).status == 0
    assert _at(old) == SCHEMA_VERSION


@pytest.mark.parametrize("main", [migrate.main, downgrade.main])
@pytest.mark.parametrize("name", ["DRYRUN", "TIMEZONE", "BANANA"])
def test_a_setting_that_the_command_does_not_know_is_refused_before_anything_happens(
    old: OldDatabase, commands: Commands, main: Any, name: str
) -> None:
    old.buy()
    ended = commands(main, DATABASE_URL=old.url, MAKE_SETTINGS=f"DATABASE_URL {name}")
    assert (ended.status, ended.lines[-1]) == (1, UNTOUCHED)
    assert ended.lines[0].startswith(f"{name}: not a setting of make ")
    assert (_at(old), Path(".local").exists()) == ("0001", False)


@pytest.mark.parametrize(
    ("variables", "rule"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL: required, as postgresql://"),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL: must begin with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:sec@ret@h/d"}, "DATABASE_URL: must read"),
        ({"DATABASE_URL": "postgresql://u:sec/ret@h/d"}, "DATABASE_URL: must read"),
        ({"DATABASE_URL": "postgresql://u:sec%zzret@h/d"}, "DATABASE_URL: is not a URL"),
        ({"DATABASE_URL": "postgresql://h/d?secret=ret"}, "DATABASE_URL: is not a URL"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE: 'Mars/Olympus' is not a name"),
        ({"DRY_RUN": "perhaps"}, "DRY_RUN: must be yes or no"),
        ({"BACKUP": "later"}, "BACKUP: must be yes or no"),
    ],
)
def test_bad_input_is_one_line_that_names_field_and_rule(
    old: OldDatabase, commands: Commands, variables: dict[str, str], rule: str
) -> None:
    before = old.content()
    ended = commands(migrate.main, **({"DATABASE_URL": old.url} | variables))
    assert (ended.status, len(ended.lines), ended.lines[-1]) == (1, 2, UNTOUCHED)
    assert ended.lines[0].startswith(rule)
    assert "sec" not in ended.text
    assert "ret" not in ended.text
    assert old.content() == before


def test_a_report_that_cannot_be_written_is_known_before_anything_is_begun(
    old: OldDatabase, commands: Commands
) -> None:
    Path(".local").mkdir()
    Path(".local/reports").write_text("a file where the folder should be")
    for main in (migrate.main, migrate.main):
        ended = commands(main, DATABASE_URL=old.url, BACKUP="no")
        assert (ended.status, ended.lines[-1], _at(old)) == (1, UNTOUCHED, "0001")
        assert "cannot be written" in ended.lines[-2]


def test_a_report_that_cannot_be_written_any_more_does_not_hide_that_it_is_done(
    old: OldDatabase, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ValueError("cannot be shown")

    old.buy()
    monkeypatch.setattr(migration_report, "_rows", fail)
    ended = commands(migrate.main, DATABASE_URL=old.url)
    assert (ended.status, _at(old)) == (3, SCHEMA_VERSION)
    assert "ValueError: cannot be shown" in ended.text
    assert ended.lines[-1] == (
        "Done, but the report could not be written: the database is at revision "
        f"{SCHEMA_VERSION}. Exit status 3."
    )
