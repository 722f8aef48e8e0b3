"""`make migrate` and `make downgrade`: what they ask for, print, write and leave alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from operations import downgrade, migrate
from prescient.store.database import SCHEMA_VERSION
from tests.migrations.old_database import OldDatabase

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command in a directory of its own: its exit status, and all that it printed."""
    monkeypatch.chdir(tmp_path)

    def run(main: Callable[[], int], **variables: str) -> tuple[int, str]:
        for name in ("DATABASE_URL", "DRY_RUN", "TIME_ZONE", "BACKUP"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        code = main()
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def _report() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(Path(".local/migration-report.json").read_text("utf-8"))
    return content


def _backups() -> list[Path]:
    return list(Path(".local/backups").glob("*"))


def test_it_upgrades_after_a_backup_and_reports(old: OldDatabase, command: Command) -> None:
    old.add("portfolio_state", balance="9900.00")
    old.add("markets", yes_price="0.90")
    old.buy(current_pnl="12.50")
    old.add("trades", trade_id="odd", action="hold")
    code, printed = command(migrate.main, DATABASE_URL=old.url, TIME_ZONE="Europe/Berlin")
    assert code == 0
    report = _report()
    assert (report["from_revision"], report["revision"]) == ("0001", SCHEMA_VERSION)
    assert [Path(report["backup"])] == _backups()
    upgrade = report["upgrade"]
    assert upgrade["time_zone"] == "Europe/Berlin"
    assert upgrade["tables"]["trades"]["rows"] == 2
    assert upgrade["legacy_rows"] == [
        {"table_name": "trades", "reason": "unknown action", "rows": 1}
    ]
    assert [position["corrected_pnl"] for position in upgrade["differences"]["first"]] == [
        16.13,
        16.13,
    ]
    assert upgrade["totals"]["old"]["balance"] == upgrade["totals"]["new"]["current_balance"]
    for told in ("unknown action", "12.50", "16.13", "Europe/Berlin", "Verified:", "Backup:"):
        assert told in printed


def test_a_dry_run_reports_the_same_and_changes_nothing(old: OldDatabase, command: Command) -> None:
    old.add("portfolio_state")
    old.buy()
    before, roles = old.content(), old.rows("SELECT * FROM pg_auth_members ORDER BY oid")
    code, printed = command(migrate.main, DATABASE_URL=old.url, DRY_RUN="1")
    assert (code, _report()["dry_run"], _backups()) == (0, True, [])
    assert "Nothing has changed" in printed
    assert old.content() == before
    assert old.row("SELECT version_num FROM alembic_version") == {"version_num": "0001"}
    assert old.rows("SELECT * FROM pg_auth_members ORDER BY oid") == roles
    dry = _report()["upgrade"]
    command(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    assert _report()["upgrade"] == dry
    assert _backups() == []


def test_a_second_run_changes_nothing(old: OldDatabase, command: Command) -> None:
    old.buy()
    command(migrate.main, DATABASE_URL=old.url)
    query = "SELECT oid, xmin::text, relname FROM pg_class ORDER BY oid"
    before, backups = old.rows(query), _backups()
    code, printed = command(migrate.main, DATABASE_URL=old.url)
    assert (code, "there is nothing to do" in printed) == (0, True)
    assert (old.rows(query), _backups()) == (before, backups)


def test_a_fresh_install_and_an_empty_older_database_need_no_backup(
    old: OldDatabase, empty_database_url: str, command: Command
) -> None:
    for url in (old.url, empty_database_url):
        assert command(migrate.main, DATABASE_URL=url)[0] == 0
    assert _backups() == []


def test_downgrade_is_the_way_back(old: OldDatabase, command: Command) -> None:
    old.buy()
    before = old.content()
    command(migrate.main, DATABASE_URL=old.url, BACKUP="no")
    code, printed = command(downgrade.main, DATABASE_URL=old.url)
    assert (code, "of schema v1 again" in printed, len(_backups())) == (0, True, 1)
    assert old.content() == before
    code, printed = command(downgrade.main, DATABASE_URL=old.url)
    assert (code, printed) == (2, "the database is at revision 0001: it was not upgraded\n")


@pytest.mark.parametrize(
    ("variables", "rule"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL: required, as postgresql://"),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL: must begin with postgresql://"),
        (
            {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/d"},
            "DATABASE_URL: Postgres cannot be reached",
        ),
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
    old: OldDatabase, command: Command, variables: dict[str, str], rule: str
) -> None:
    before = old.content()
    code, printed = command(migrate.main, **({"DATABASE_URL": old.url} | variables))
    assert (code, printed.count("\n")) == (2, 1)
    assert printed.startswith(rule)
    assert "sec" not in printed
    assert "ret" not in printed
    assert old.content() == before
