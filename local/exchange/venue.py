"""What the HTTP routes need of an exchange, whichever world is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

Row = Mapping[str, Any]


class Venue(Protocol):
    """A world of markets with a clock of its own."""

    def now(self) -> datetime:
        """The time of the last thing that happened, UTC."""
        ...

    def events(self) -> Sequence[Row]:
        """Every event as a Gamma row, closed ones too, each with its `markets`."""
        ...
