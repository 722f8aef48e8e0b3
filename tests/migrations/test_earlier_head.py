"""A database that an earlier version of this code upgraded, and that has traded since, goes on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.postgres import migrations, programs
from prescient.core.errors import MigrationRefused
from prescient.store.database import Database
from prescient.usecases import reconcile
from tests.migrations.definitions import definitions, without_casts

AT_0011 = Path(__file__).with_name("at_0011.sql")


def test_a_database_at_revision_0011_goes_on(empty_database_url: str, database_url: str) -> None:
    command = [
        str(programs.program("psql")),
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--file",
        str(AT_0011),
    ]
    subprocess.run([*command, "--dbname", empty_database_url], check=True, capture_output=True)
    migrations.upgrade(empty_database_url)
    found, fresh = ("".join(definitions(url)) for url in (empty_database_url, database_url))
    assert without_casts(found) == without_casts(fresh)
    database = Database(empty_database_url)
    assert reconcile.run(database).breaks == []
    database.close()
    with pytest.raises(MigrationRefused, match="restore the backup that was made before"):
        migrations.downgrade(empty_database_url, "0001")
