"""Batches: what one fetch of the exchange saw."""

from __future__ import annotations

from enum import StrEnum


class BatchKind(StrEnum):
    """What a batch was fetched for."""

    FILTER = "filter"
    PRICE_UPDATE = "price_update"
    BACKFILL = "backfill"


class BatchStatus(StrEnum):
    """A batch is `loading` until it is published, and then `complete`, or discarded as `failed`."""

    LOADING = "loading"
    COMPLETE = "complete"
    FAILED = "failed"
