"""The CLOB's `GET /prices-history`: a token's prices, one point for each `fidelity` minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from local.exchange.chance import happens, unit
from local.exchange.venue import Venue
from local.exchange.web import Query, Refused, whole_number

_INTERVALS = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
    "1m": timedelta(days=30),
    "max": timedelta.max,
}
_RESOLVED_FIDELITY = timedelta(hours=12)
_MOST_MINUTES = 60 * 24 * 365
_MISSING = 0.01  # of points
_LATE_SECONDS = 20.0
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def history(venue: Venue, query: Query) -> list[dict[str, Any]]:
    """Return the points, oldest first; none for an id that is no token, such as a condition id.

    Points come some seconds late, a few are missing, and a resolved market has none closer than 12
    hours. Raises Refused.
    """
    token_id = query.get("market", [""])[0]
    if not token_id:
        raise Refused(400, "Invalid market")
    step = timedelta(minutes=whole_number(query, "fidelity", 1, within=(1, _MOST_MINUTES)))
    start, end = _span(venue, query)
    record = venue.price_record(token_id)
    if record is None or (record.is_resolved and step < _RESOLVED_FIDELITY):
        return []
    first, last = max(start, record.since), min(end, record.until)
    return [
        {"t": second, "p": round(record.price_at(moment), 4)}
        for moment in _moments(first, last, step)
        if (second := _second(token_id, moment)) <= last.timestamp()
        and not happens(f"{token_id}:{moment.timestamp()}:missing", _MISSING)
    ]


def _span(venue: Venue, query: Query) -> tuple[datetime, datetime]:
    """Read the span from `startTs` and `endTs`, or from the interval that ends now."""
    now = venue.now()
    if "startTs" in query or "endTs" in query:
        start = whole_number(query, "startTs", 0, within=(0, None))
        end = whole_number(query, "endTs", int(now.timestamp()), within=(0, None))
        return _moment(start), min(_moment(end), now)
    interval = query.get("interval", [""])[0]
    if interval not in _INTERVALS:
        raise Refused(400, "Invalid interval")
    span = _INTERVALS[interval]
    return (_BEGINNING if span > now - _BEGINNING else now - span), now


def _moments(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield whole multiples of the fidelity."""
    number = -((_BEGINNING - first) // step)
    while (moment := _BEGINNING + number * step) <= last:
        yield moment
        number += 1


def _second(token_id: str, moment: datetime) -> int:
    """Return the Unix second at which the point of this moment was taken."""
    return int(moment.timestamp() + _LATE_SECONDS * unit(f"{token_id}:{moment.timestamp()}"))


def _moment(second: int) -> datetime:
    try:
        return max(datetime.fromtimestamp(second, UTC), _BEGINNING)
    except (OverflowError, ValueError, OSError):
        raise Refused(400, "Invalid timestamp") from None
