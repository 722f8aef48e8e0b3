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
