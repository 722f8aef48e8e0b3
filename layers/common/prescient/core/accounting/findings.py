"""What reconcile finds: rows that break an invariant, and rows that it cannot check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Break:
    """A row that breaks an invariant: what it says and what it should say."""

    rule: str
    subject: str
    found: str
    expected: str


class Reason(StrEnum):
    """Why a number cannot be rebuilt."""

    TAPE_GONE = "its tape is gone"
    OTHERS_GONE = "of those that took from the same book before, some are deleted"
    SCHEMA_V1 = "it comes from schema v1"
    CONFIGURATION_GONE = "its configuration of then is not kept"
    SCHEDULE_CHANGED = "the market's fee schedule of today does not give it"


@dataclass(frozen=True, slots=True)
class Unseen:
    """A row whose numbers cannot be compared by this rule."""

    rule: str
    reason: Reason


Finding = Break | Unseen


def compare(rule: str, found: object, expected: object, subject: str = "") -> Iterator[Break]:
    """A break where the two differ."""
    if found != expected:
        yield Break(rule, subject, str(found), str(expected))


def within(
    rule: str, found: Decimal, lowest: Decimal, highest: Decimal, subject: str
) -> Iterator[Break]:
    """A break where a number is outside of what the roundings leave possible."""
    if not lowest <= found <= highest:
        expected = str(lowest) if lowest == highest else f"{lowest} to {highest}"
        yield Break(rule, subject, str(found), expected)
