"""`make reconcile`: checks every invariant of DATABASE_URL, or of the last run under `.local`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from local.postgres import Postgres
from local.run import DATABASE
from prescient.core.errors import PrescientError
from prescient.core.reconcile import Break
from prescient.store import reconcile
from prescient.store.database import Database


def main() -> int:
    """0 when the books reconcile, 1 when a row breaks an invariant, 2 when they cannot be read."""
    console = Console()
    try:
        breaks = _breaks()
    except PrescientError as error:
        console.print(str(error))
        return 2
    console.print(_table(breaks) if breaks else "The books reconcile.")
    return 1 if breaks else 0


def _breaks() -> list[Break]:
    with _database(os.environ.get("DATABASE_URL", "")) as url:
        database = Database(url)
        with database.transaction() as session:
            breaks = reconcile.all_breaks(session)
        database.close()
    return breaks


@contextmanager
def _database(given: str) -> Iterator[str]:
    if given:
        yield given
        return
    with Postgres() as server:
        yield server.url(DATABASE)


def _table(breaks: list[Break]) -> Table:
    table = Table("invariant", "row", "says", "should say", title="What does not reconcile")
    for one in breaks:
        table.add_row(one.rule, one.subject, one.found, one.expected)
    return table


if __name__ == "__main__":
    sys.exit(main())
