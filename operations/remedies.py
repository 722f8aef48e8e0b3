"""Shows an owner what can be done about a refusal, and writes the SQL of it to two files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from operations.reports import Report
from operations.target import Target
from prescient.core.errors import MigrationRefused
from prescient.store import mending

_LINES_SHOWN = 40


def written(error: MigrationRefused, target: Target) -> MigrationRefused:
    """Return the refusal with its remedies in its message, their SQL written beside the reports."""
    if not error.remedies:
        return error
    report = Report.reserved(target, datetime.now(UTC), "refused")
    lines = [str(error), "", "What can be done, without losing anything:", *listed(error), ""]
    for name, told in (
        ("before", "Run before, and try again"),
        ("after", "Run after; correct it where a table or column is another now"),
    ):
        if script := mending.script(error.remedies, after=name == "after"):
            lines += [f"{told}: {report.write_sql(name, script)}", *_if_short(script)]
    return MigrationRefused("\n".join(lines))


def _if_short(script: str) -> list[str]:
    return [script] if script.count("\n") <= _LINES_SHOWN else [""]


def listed(error: MigrationRefused) -> Iterator[str]:
    """Yield a line a remedy."""
    yield from (f"  {remedy.about}" for remedy in error.remedies)
