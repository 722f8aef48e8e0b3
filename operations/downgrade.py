"""`make downgrade`: take an upgraded database back to schema v1, after a backup."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from local.postgres import databases
from local.settings import switch
from operations import backup
from prescient.core.errors import MigrationRefused, PrescientError
from prescient.store import revisions


def main() -> int:
    """Downgrade; return 0 when the database is of schema v1 again, 2 when nothing has changed."""
    try:
        _downgrade(databases.checked(os.environ.get("DATABASE_URL", "")))
    except PrescientError as error:
        print(error, file=sys.stderr)
        return 2
    print("The database is of schema v1 again, row for row as it was before the upgrade.")
    return 0


def _downgrade(url: str) -> None:
    wants_backup = switch(os.environ, "BACKUP", default=True)
    with revisions.connected(url) as connection:
        with connection.begin():
            revision = revisions.current(connection)
        if revision in (None, revisions.BASELINE):
            raise MigrationRefused(f"the database is at revision {revision}: it was not upgraded")
        if wants_backup:
            taken = backup.take(url, datetime.now(UTC))
            print(f"Backup: {taken.path} ({taken.bytes:,} bytes)", flush=True)
        with connection.begin():
            revisions.revert(connection, revisions.BASELINE)


if __name__ == "__main__":
    sys.exit(main())
