"""Shows an owner what can be done about a refusal, and writes the SQL of it to two files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from operations.reports import Report
from operations.target import Target
from prescient.core.errors import MigrationRefused
from prescient.store import mending


def written(error: MigrationRefused, target: Target) -> MigrationRefused:
    """Return the refusal with its remedies in its message, their SQL written beside the reports."""
    if not error.remedies:
        return error
    report = Report.reserved(target, datetime.now(UTC), "refused")
    before, after = (mending.script(error.remedies, after=after) for after in (False, True))
    lines = [str(error), "", "What can be done, without losing anything:", *listed(error), ""]
    lines += [f"Run before, and make migrate again: {report.write_sql('before', before)}", before]
    if after:
        lines += [
            f"Run after; correct it where a table or column is another now: "
            f"{report.write_sql('after', after)}",
            after,
        ]
    return MigrationRefused("\n".join(lines))


def listed(error: MigrationRefused) -> Iterator[str]:
    """Yield a line a remedy."""
    yield from (f"  {remedy.about}" for remedy in error.remedies)
