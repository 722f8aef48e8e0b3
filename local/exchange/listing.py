"""A listing as large as Polymarket's own, page by page, as fast as bytes can be copied.

Some simulated events are written once, with a marker inside every id. A page is a run of them in
which the marker has given way to the number of the copy, so that all ids of a listing differ.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from local.exchange.simulated import SimulatedVenue

EVENTS_A_PAGE = 100
_TOPICS = 300  # some 1,100 markets
_MARKER = "@@@@@"
_DESCRIPTION = (
    "This market resolves by what the organisers announce on their own page. An announcement that "
    "is taken back within the week does not count, nor does a report about one. If nothing is "
    "announced by the end, it resolves to the answer that stands for no change. "
) * 14  # a recorded market row has some 5,300 bytes, and most of them are such text


def listing_pages(markets: int, seed: int) -> Iterator[bytes]:
    """Yield pages of `GET /events/keyset?closed=false&limit=100` with `markets` markets in all.

    JSON bodies; the last has no `next_cursor` and may bring a few markets more than asked for.
    Event, market, condition and token ids are unique. The same arguments give the same bytes.
    """
    templates, written = list(_templates(seed)), 0
    for number in count(1):
        copy, place = divmod(number - 1, len(templates))
        template = templates[place]
        events = template.events.replace(_MARKER.encode(), b"%05d" % copy)
        written += template.markets
        if written >= markets:
            yield b'{"events": %s}' % events
            return
        cursor = base64.urlsafe_b64encode(b"%d" % (number * EVENTS_A_PAGE))
        yield b'{"events": %s, "next_cursor": "%s"}' % (events, cursor)


@dataclass(frozen=True, slots=True)
class _Template:
    """A page's events as JSON with the marker in all ids, and how many markets they have."""

    events: bytes
    markets: int


def _templates(seed: int) -> Iterator[_Template]:
    listed = SimulatedVenue(seed, topics=_TOPICS).events()
    events = [_marked(event) for event in listed if not event["closed"]]
    for first in range(0, len(events), EVENTS_A_PAGE):
        page = events[first : first + EVENTS_A_PAGE]
        yield _Template(json.dumps(page).encode(), sum(len(event["markets"]) for event in page))


def _marked(event: Mapping[str, Any]) -> dict[str, Any]:
    markets = [_marked_market(market) for market in event["markets"]]
    identity = {"id": _MARKER + event["id"], "slug": f"{event['slug']}-{_MARKER}"}
    return {**event, **identity, "description": _DESCRIPTION, "markets": markets}


def _marked_market(market: Mapping[str, Any]) -> dict[str, Any]:
    row = {**market, "id": _MARKER + market["id"], "slug": f"{market['slug']}-{_MARKER}"}
    row["description"] = _DESCRIPTION
    if market["conditionId"]:
        tokens = json.loads(market["clobTokenIds"])
        row["conditionId"] = f"0x{_MARKER}{market['conditionId'][len('0x') + len(_MARKER) :]}"
        row["clobTokenIds"] = json.dumps([_MARKER + token[len(_MARKER) :] for token in tokens])
    return row
