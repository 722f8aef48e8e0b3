"""`make reconcile`: check every invariant of DATABASE_URL, or of the last run under `.local`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from local.demo.console import plain_table, terminal
from local.settings import read
from operations.opened import opened
from prescient.core.accounting.findings import Break
from prescient.core.errors import PrescientError
from prescient.store.database import Database
from prescient.usecases import reconcile
from prescient.usecases.reconcile import Reconciliation

SETTINGS = ("DATABASE_URL",)


def main(arguments: Sequence[str] = ()) -> int:
    """Reconcile; return 0 without a break, 1 with one, 2 when the books cannot be read."""
    console = terminal()
    try:
        with opened(read("reconcile", SETTINGS, arguments)) as url:
            found = _reconciled(url)
    except PrescientError as error:
        print(error, file=sys.stderr)
        return 2
    console.print(_table(found.breaks) if found.breaks else "The books reconcile.")
    for note in found.notes:
        console.print(
            f"Not checked: {note.rule}: {note.rows} rows, {note.reason}.", highlight=False
        )
    return 1 if found.breaks else 0


def _reconciled(url: str) -> Reconciliation:
    database = Database(url)
    try:
        return reconcile.run(database)
    finally:
        database.close()


def _table(breaks: list[Break]) -> Table:
    table = plain_table("What does not reconcile")
    for heading in ("invariant", "row", "says", "should say"):
        table.add_column(heading, overflow="fold")
    for broken in breaks:
        table.add_row(*map(Text, (broken.rule, broken.subject, broken.found, broken.expected)))
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
