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
        (plain(each.subject), status(each.state), plain(each.says), plain(each.remedy))
        for each in found
    ]
    yield Table(_FINDINGS, rows)
    if all(each.state == "ok" for each in found):
        yield Text("All is well.", "good")
