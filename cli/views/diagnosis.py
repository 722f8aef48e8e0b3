"""What the doctor found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..formats import plain, status
from ..tables import Part, Table, Text, prose, word

if TYPE_CHECKING:
    from ..diagnosis import Finding

_FINDINGS = (word("looked at"), word("state"), prose("says"), prose("what to do"))


def findings(found: Sequence[Finding]) -> Iterator[Part]:
    """A row a thing that was looked at."""
    rows = [
        (plain(finding.subject), status(finding.state), plain(finding.says), plain(finding.remedy))
        for finding in found
    ]
    yield Table(_FINDINGS, rows)
    if all(finding.state == "ok" for finding in found):
        yield Text("All is well.", "good")
