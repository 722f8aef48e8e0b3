"""A small exchange that lives by its own clock: weeks pass in seconds.

Everything follows from the seed and the time, however the clock is moved: the same seed shows the
same prices at the same moment on every machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from local.exchange.anomalies import SHARES, Shares
from local.exchange.book_rows import book_row
from local.exchange.catalogue import Catalogue
from local.exchange.chance import between, unit
from local.exchange.questions import Topic, whole_steps
from local.exchange.rows import event_row
from local.exchange.topics import write_topic
from local.exchange.venue import PriceRecord, Row

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
TOPICS = 60
_SHORT_EVERY, _SHORT_DAYS, _LONG_DAYS = (2, 5), (2.0, 14.0), (15.0, 180.0)


class SimulatedVenue:
    """A fixed number of topics at any time: where one is decided, another is asked."""

    def __init__(
        self,
        seed: int = 1,
        start: datetime = EPOCH,
        topics: int = TOPICS,
        shares: Shares = SHARES,
    ) -> None:
        """`start` is the clock's first time, UTC, not before EPOCH; `shares` are of anomalies."""
        self._lock = threading.Lock()
        self._now = EPOCH
        self._seats = [_Seat(seed, place, topics, shares) for place in range(topics)]
        self._catalogue = Catalogue()
        self._rows: Sequence[Row] | None = None
        self._final: dict[str, Row] = {}
        self.advance_to(start)

    def now(self) -> datetime:
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Move the clock to `moment`, in whole steps of 5 minutes; never backwards."""
        with self._lock:
            steps = whole_steps(moment - self._now)
            if steps > timedelta(0) or not self._catalogue.topics:
                self._now += max(steps, timedelta(0))
                self._rows = None
                for seat in self._seats:
                    self._catalogue.add(seat.asked(self._now))

    def events(self) -> Sequence[Row]:
        with self._lock:
            if self._rows is None:
                self._rows = [
                    self._row(topic) for topic in self._catalogue.topics if topic.listed(self._now)
                ]
            return self._rows

    def books(self, token_ids: Sequence[str]) -> Mapping[str, Row]:
        with self._lock:
            found = {token_id: self._catalogue.token(token_id) for token_id in token_ids}
            rows = {
                token_id: book_row(token.topic, token.asked, token.place, self._now)
                for token_id, token in found.items()
                if token is not None
            }
            return {token_id: row for token_id, row in rows.items() if row is not None}

    def is_poisoned(self, identity: str) -> bool:
        return identity in self._catalogue.poisoned

    def price_record(self, token_id: str) -> PriceRecord | None:
        token = self._catalogue.token(token_id)
        return None if token is None else token.record(self._now)

    def _row(self, topic: Topic) -> Row:
        """Return the topic's row; that of a topic that is over is kept."""
        if topic.event_id in self._final:
            return self._final[topic.event_id]
        row = event_row(topic, self._now)
        if topic.settled(self._now):
            self._final[topic.event_id] = row
        return row


class _Seat:
    """One topic after the other. Two seats of five ask what is decided within days."""

    def __init__(self, seed: int, place: int, seats: int, shares: Shares) -> None:
        self._seed, self._place, self._seats, self._shares = seed, place, seats, shares
        self._topics = [self._first()]

    def asked(self, now: datetime) -> Sequence[Topic]:
        """Return all topics asked so far; the last one is open."""
        while self._topics[-1].closed(now):
            number = self._place + self._seats * len(self._topics)
            begins = self._topics[-1].calendar.closes
            self._topics.append(self._written(number, begins, self._lifetime(number)))
        return self._topics

    def _first(self) -> Topic:
        """Return a topic that began before EPOCH, so that the exchange does not begin all new."""
        lifetime = self._lifetime(self._place)
        passed = whole_steps(lifetime * unit(f"{self._seed}:{self._place}:passed"))
        return self._written(self._place, EPOCH - passed, lifetime)

    def _written(self, number: int, start: datetime, lifetime: timedelta) -> Topic:
        return write_topic(self._seed, number, start, lifetime, self._shares)

    def _lifetime(self, number: int) -> timedelta:
        short, of = _SHORT_EVERY
        days = _SHORT_DAYS if self._place % of < short else _LONG_DAYS
        return timedelta(days=between(f"{self._seed}:{number}:days", *days))


class RunningVenue(SimulatedVenue):
    """A simulated exchange whose clock runs as the wall's does."""

    def __init__(self, start: datetime, seed: int = 1) -> None:
        self._start = max(start, EPOCH)
        self._started = time.monotonic()
        super().__init__(seed, self._start)

    def now(self) -> datetime:
        """Return the time, to the microsecond; rows and books are those of the last whole step."""
        now = self._start + timedelta(seconds=time.monotonic() - self._started)
        self.advance_to(now)
        return now

    def events(self) -> Sequence[Row]:
        self.now()
        return super().events()

    def books(self, token_ids: Sequence[str]) -> Mapping[str, Row]:
        self.now()
        return super().books(token_ids)
