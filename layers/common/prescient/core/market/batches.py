"""Batches: what one fetch of the exchange saw, what it was asked with, and what it left out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.market.listed import Event


class BatchKind(StrEnum):
    """What a batch was fetched for.

    Nothing that trades reads a recording or outcomes: they move no price, and no cycle decides on
    them.
    """

    FILTER = "filter"
    PRICE_UPDATE = "price_update"
    BACKFILL = "backfill"
    RECORDING = "recording"
    OUTCOMES = "outcomes"


class BatchStatus(StrEnum):
    """A batch is `loading` until it is published, and then `complete`, or discarded as `failed`."""

    LOADING = "loading"
    COMPLETE = "complete"
    FAILED = "failed"


class ListingFilter(NamedTuple):
    """What a listing is asked for: the least an event must have, and when it ends at the earliest.

    `liquidity_min` and `volume_min` are dollars.
    """

    liquidity_min: Decimal
    volume_min: Decimal
    end_date_min: datetime

    def admits(self, event: Event) -> bool:
        """Whether an event that was listed for less would be listed for this, too."""
        return event.liquidity >= self.liquidity_min and event.volume >= self.volume_min

    def widened(self, liquidity_min: Decimal | None, volume_min: Decimal | None) -> ListingFilter:
        """The filter that asks for no more than these dollars either; None asks as before."""
        least_liquidity = self.liquidity_min if liquidity_min is None else liquidity_min
        least_volume = self.volume_min if volume_min is None else volume_min
        return self._replace(
            liquidity_min=min(self.liquidity_min, least_liquidity),
            volume_min=min(self.volume_min, least_volume),
        )


class LeftOut(NamedTuple):
    """What a batch could have had and does not have, besides the rows that were skipped.

    Unanswered is what the exchange did not show, or showed in a row that was skipped;
    `books_beyond_max` are the books of admitted markets that the setting left out.
    """

    unanswered_markets: int = 0
    books_beyond_max: int = 0
    unanswered_books: int = 0
