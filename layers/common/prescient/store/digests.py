"""Digests of listed rows, so that one value instead of fifteen shows whether a row changed."""

from __future__ import annotations

from datetime import datetime
from hashlib import md5

from prescient.core.market.listed import Event, Market
from prescient.core.market.markets import FeeSchedule

_NO_FEE = FeeSchedule()


def of_event(event: Event) -> str:
    """Return the digest of what readers use of an event's row; amounts change all the time."""
    return _digest(
        f"{event.event_id}\x1f{event.title}\x1f{event.slug}\x1f{event.tags}\x1f"
        f"{_seconds(event.end_date)}\x1f{event.neg_risk}\x1f{event.neg_risk_augmented}\x1f"
        f"{event.market_count}"
    )


def of_market(market: Market) -> str:
    """Return the digest of what readers use of a market's row, but for its event and its prices."""
    yes, no = market.outcomes
    fee = market.fee or _NO_FEE
    return _digest(
        f"{market.question}\x1f{yes}\x1f{no}\x1f{market.condition_id}\x1f{market.yes_token_id}\x1f"
        f"{market.no_token_id}\x1f{market.tick_size!s}\x1f{market.neg_risk}\x1f{fee.rate!s}\x1f"
        f"{fee.exponent!s}\x1f{_seconds(market.end_date)}"
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _digest(row: str) -> str:
    return md5(row.encode(), usedforsecurity=False).hexdigest()
