"""What clients see of the books."""

from __future__ import annotations

from prescient.api.models import Model


class BrokenInvariant(Model):
    """A row that breaks an invariant of the accounting: what it says and what it should say."""

    rule: str
    subject: str
    found: str
    expected: str


class UncheckedRows(Model):
    """How many rows a rule could not check, and why: their prices were deleted, for example."""

    rule: str
    reason: str
    rows: int


class Reconciliation(Model):
    """Whether every number agrees; at most the first 100 rows that do not.

    `notes` count the rows of which nothing is left to check them with.
    """

    message: str
    reconciled: bool
    breaks: list[BrokenInvariant]
    notes: list[UncheckedRows]
