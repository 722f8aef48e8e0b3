"""What the exchange answers, read: a page of its listing, and markets that were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import MarketId
from prescient.polymarket.skip_reasons import SkipReason


class EventPage(NamedTuple):
    """One page of the listing. `skipped` counts the rows left out, by reason.

    `fetched_at` is the moment before the request: no quote passes for younger than it is.
    """

    events: tuple[Event, ...]
    skipped: Counter[str]
    fetched_at: datetime


class MarketPage(NamedTuple):
    """Markets by id. One that the exchange did not answer is missing.

    `unread` names the first value of a market that could not be read; one whose whole row could
    not be read is in it and missing. `fetched_at` is the moment before the first request. Those in
    `refused` are missing because the exchange answers with an error as soon as they are asked for.
    """

    markets: tuple[Market, ...]
    unread: Mapping[MarketId, SkipReason]
    fetched_at: datetime
    refused: frozenset[MarketId] = frozenset()
