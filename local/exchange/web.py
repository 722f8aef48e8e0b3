"""The vocabulary of the exchange's routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what to write as JSON."""

    status: int
    body: object


def plain_number(value: float) -> float:
    """A whole number as an int, as JSON encoders elsewhere write it: 1, not 1.0."""
    return int(value) if value == int(value) else value


def decimal_text(value: float) -> str:
    """At most four decimals, without zeros at the end."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
