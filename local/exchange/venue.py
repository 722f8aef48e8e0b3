"""The interface between the HTTP routes and the exchange behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PriceRecord:
    """The past of one outcome: `price_at` answers (0–1) from `since` on, to before `until`."""

    since: datetime
    until: datetime
    is_resolved: bool
    price_at: Callable[[datetime], float]


class Venue(Protocol):
    """An exchange with a clock of its own."""

    def now(self) -> datetime:
        """Return the venue's time, UTC."""
        ...

    def events(self) -> Sequence[Row]:
        """Return all events as Gamma rows, closed ones too, each with its `markets`."""
        ...

    def books(self, token_ids: Sequence[str]) -> Mapping[str, Row]:
        """Return the order books of those tokens that have one, as the CLOB writes them."""
        ...

    def is_poisoned(self, identity: str) -> bool:
        """Tell whether a request that names this id or token is always answered with 500."""
        ...

    def price_record(self, token_id: str) -> PriceRecord | None:
        """Return the past of a token, None where nothing is known of it."""
        ...
