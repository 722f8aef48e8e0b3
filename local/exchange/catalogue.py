"""Every topic that a simulated exchange has asked, in the order of their ids, and their tokens."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from local.exchange.anomalies import Anomaly
from local.exchange.oddities import Oddity
from local.exchange.questions import Question, Topic
from local.exchange.venue import PriceRecord


@dataclass(frozen=True, slots=True)
class Token:
    """One outcome of one question: YES at place 0, NO at place 1."""

    topic: Topic
    asked: Question
    place: int

    def record(self, now: datetime) -> PriceRecord | None:
        """Return the token's past up to `now`; None if it was never traded."""
        if Oddity.WITHOUT_BOOK in self.asked.oddities:
            return None
        calendar = self.asked.calendar
        return PriceRecord(
            since=calendar.start,
            until=min(now, calendar.closes),
            is_resolved=self.asked.closed(now),
            price_at=self._price_at,
        )

    def _price_at(self, moment: datetime) -> float:
        yes = self.asked.quote(moment).price
        return 1 - yes if self.place else yes


class Catalogue:
    """Topics are added and never removed."""

    def __init__(self) -> None:
        self.topics: list[Topic] = []
        self.poisoned: set[str] = set()
        self._known: set[str] = set()
        self._tokens: dict[str, Token] = {}

    def add(self, topics: Iterable[Topic]) -> None:
        """Add those topics that are new."""
        for topic in topics:
            if topic.event_id not in self._known:
                self._known.add(topic.event_id)
                insort(self.topics, topic, key=lambda known: int(known.event_id))
                self._tokens.update(
                    (token_id, Token(topic, asked, place))
                    for asked in topic.questions
                    if asked.has_identity
                    for place, token_id in enumerate(asked.tokens)
                )
                for asked in topic.questions:
                    if asked.anomalies.has(Anomaly.POISONED):
                        self.poisoned.update((asked.market_id, asked.condition_id, *asked.tokens))

    def token(self, token_id: str) -> Token | None:
        return self._tokens.get(token_id)
