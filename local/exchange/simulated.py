"""A small world of markets that lives by its own clock: weeks pass in seconds.

Everything follows from the seed and the time, however the clock is moved: the same seed shows the
same prices at the same moment on every machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from local.exchange.questions import Question, Topic, topic
from local.exchange.rows import event_row
from local.exchange.venue import Row

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
_STEP = timedelta(minutes=5)
_HISTORY = timedelta(days=2)
_TOPICS = 40


class SimulatedVenue:
    """Forty topics at any time: a topic that is decided makes room for a new one."""

    def __init__(self, seed: int = 1, start: datetime = EPOCH) -> None:
        """`start` is the clock's first time, UTC, not before EPOCH."""
        self._seed = seed
        self._lock = threading.Lock()
        self._now = EPOCH - _HISTORY
        self._rows: Sequence[Row] | None = None
        self._decided: list[Topic] = []
        self._open = [self._ask(number) for number in range(_TOPICS)]
        self._asked = _TOPICS
        self.advance_to(start)

    def now(self) -> datetime:
        return self._now

    def advance_to(self, moment: datetime) -> None:
        """Moves the clock to `moment`, in whole steps of 5 minutes; never backwards."""
        with self._lock:
            while self._now + _STEP <= moment:
                self._now += _STEP
                self._take_step()
                self._rows = None

    def events(self) -> Sequence[Row]:
        with self._lock:
            if self._rows is None:
                topics = [*self._decided, *self._open]
                self._rows = [event_row(topic, self._now) for topic in topics]
            return self._rows

    def _ask(self, number: int) -> Topic:
        return topic(self._seed, number, self._now)

    def _take_step(self) -> None:
        on_the_hour = self._now.minute == 0
        for place, current in enumerate(self._open):
            for question in current.questions:
                self._trade(question, on_the_hour)
            if current.closed(self._now):
                self._decided.append(current)
                self._open[place] = self._ask(self._asked)
                self._asked += 1

    def _trade(self, question: Question, on_the_hour: bool) -> None:
        if question.placeholder or self._now > question.end:
            return
        question.belief.learn((self._now - question.start) / (question.end - question.start))
        if on_the_hour:
            question.hourly.append(question.middle())


class RunningVenue:
    """A simulated world whose clock runs as the wall's does, from `start` on."""

    def __init__(self, venue: SimulatedVenue, start: datetime) -> None:
        self._venue = venue
        self._start = start
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._started)

    def events(self) -> Sequence[Row]:
        self._venue.advance_to(self.now())
        return self._venue.events()
