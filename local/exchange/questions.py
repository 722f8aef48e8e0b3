"""The simulated questions: what is asked, when it ends, how it trades."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.exchange.beliefs import Belief

HOURS_OF_HISTORY = 169
_FIRST_EVENT = 30_000
_FIRST_MARKET = 600_000
_SHARE_SOON = 0.4
_SHARE_NEG_RISK = 0.3
_SHARE_AUGMENTED = 0.4
_STEP = timedelta(minutes=5)
_TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "politics",
        ("the Harbour Bill", "the Valley Accord", "the Transit Levy", "the Coast Act"),
    ),
    ("crypto", ("Orbital Coin", "Meridian", "Basalt", "Lumen Chain")),
    ("sports", ("the Northern Cup", "the Coast Derby", "the Winter Open", "the Grand Relay")),
    ("economy", ("the policy rate", "payrolls", "the housing index", "core inflation")),
    ("technology", ("the Aster launch", "the Quill release", "Project Heron", "the Delta chip")),
)
_NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple")
_PLACEHOLDERS = ("Person V", "Person W", "Person X")


@dataclass
class Question:
    """One binary market. `outcome` is its place in `belief`; prices are in ticks of `tick`."""

    market_id: str
    text: str
    label: str
    belief: Belief
    outcome: int
    start: datetime
    end: datetime
    closes: datetime
    tick: float = 0.01
    half_spread: float = 0.0
    liquidity: float = 0.0
    volume: float = 0.0
    volume_a_day: float = 0.0
    fee_rate: float = 0.0
    placeholder: bool = False
    hourly: deque[float] = field(default_factory=lambda: deque(maxlen=HOURS_OF_HISTORY))

    @property
    def probability(self) -> float:
        return self.belief.probabilities()[self.outcome]

    @property
    def answer(self) -> bool:
        """Whether it resolves YES; nobody may know before `closes`."""
        return self.belief.truth == self.outcome

    def quote(self) -> tuple[float, float]:
        """Best bid and ask on the tick grid; an empty side is 0 or 1."""
        fair = self.probability
        ticks = round(1 / self.tick)
        bid = max(0, math.floor((fair - self.half_spread) * ticks))
        ask = min(ticks, max(math.ceil((fair + self.half_spread) * ticks), bid + 1))
        return bid / ticks, ask / ticks

    def middle(self) -> float:
        bid, ask = self.quote()
        return round((bid + ask) / 2, 4)


@dataclass(frozen=True)
class Topic:
    """An event: questions under one title. In a negRisk one the questions exclude each other."""

    event_id: str
    title: str
    tag: str
    start: datetime
    end: datetime
    neg_risk: bool
    augmented: bool
    questions: Sequence[Question]

    def closed(self, now: datetime) -> bool:
        return all(asked.closes <= now for asked in self.questions if not asked.placeholder)


def topic(seed: int, number: int, start: datetime) -> Topic:
    """The topic with this number, asked at `start`: the same for the same arguments."""
    generator = random.Random(f"{seed}:{number}")  # noqa: S311 (it must be repeatable)
    tag, subjects = generator.choice(_TOPICS)
    subject = generator.choice(subjects)
    end = start + _lifetime(generator)
    author = _Author(generator, number, subject, start, end)
    neg_risk = generator.random() < _SHARE_NEG_RISK
    augmented = neg_risk and generator.random() < _SHARE_AUGMENTED
    questions = author.exclusive(augmented) if neg_risk else author.separate()
    title = f"Who decides {subject}?" if neg_risk else f"What happens with {subject}?"
    event_id = str(_FIRST_EVENT + number)
    return Topic(event_id, title, tag, start, end, neg_risk, augmented, list(questions))


def _lifetime(generator: random.Random) -> timedelta:
    """Some are decided within days, most take weeks or months."""
    soon = generator.random() < _SHARE_SOON
    days = generator.uniform(2, 14) if soon else generator.uniform(15, 180)
    return _whole_steps(timedelta(days=days))


def _whole_steps(span: timedelta) -> timedelta:
    return _STEP * (span // _STEP)


@dataclass(frozen=True)
class _Author:
    """Writes the questions of one topic."""

    generator: random.Random
    number: int
    subject: str
    start: datetime
    end: datetime

    def exclusive(self, augmented: bool) -> Iterator[Question]:
        """One belief over all names; an augmented one keeps an outcome without a question."""
        names = self.generator.sample(_NAMES, self.generator.randint(3, 6))
        weights = [self.generator.expovariate(1.0) + 0.05 for _ in names]
        weights += [0.1] if augmented else []
        total = math.fsum(weights)
        belief = self._belief([weight / total for weight in weights])
        for place, name in enumerate(names):
            text = f"Will {name} decide {self.subject}?"
            yield self._question(place, text, name, self.end, belief=belief, outcome=place)
        for place in range(self.generator.randint(0, 2)):
            yield self._placeholder(len(names) + place, _PLACEHOLDERS[place])

    def separate(self) -> Iterator[Question]:
        """Independent questions with deadlines of their own."""
        for place in range(self.generator.choice((1, 1, 2, 3, 4))):
            end = self.end - place * _whole_steps((self.end - self.start) / 8)
            label = f"{end:%B} {end.day}"
            text = f"Will {self.subject} go ahead by {label}?"
            yes = self.generator.betavariate(0.9, 0.9)
            belief = self._belief([yes, 1.0 - yes])
            yield self._question(place, text, label, end, belief=belief, outcome=0)

    def _belief(self, prior: Sequence[float]) -> Belief:
        return Belief(prior, self.generator.uniform(0.4, 1.6), self.generator)

    def _question(
        self, place: int, text: str, label: str, end: datetime, *, belief: Belief, outcome: int
    ) -> Question:
        depth = self.generator.uniform(2.6, 5.8)  # powers of ten: markets differ that much
        volume = 10 ** (depth + self.generator.uniform(0.2, 1.6))
        half_spread = 0.0004 * 10 ** (0.7 * (5.8 - depth)) * self.generator.uniform(0.5, 2.0)
        return Question(
            market_id=self._market_id(place),
            text=text,
            label=label,
            belief=belief,
            outcome=outcome,
            start=self.start,
            end=end,
            closes=end + timedelta(hours=self.generator.randint(1, 8)),
            tick=self.generator.choice((0.01, 0.001, 0.001)),
            half_spread=half_spread,
            liquidity=round(10**depth, 4),
            volume=round(volume, 4),
            volume_a_day=round(volume / self.generator.uniform(10, 60), 4),
            fee_rate=self.generator.choice((0.0, 0.0, 0.02, 0.04)),
        )

    def _placeholder(self, place: int, name: str) -> Question:
        """A seat for a name that may come later: listed, never traded."""
        return Question(
            market_id=self._market_id(place),
            text=f"Will {name} decide {self.subject}?",
            label=name,
            belief=self._belief([0.0, 1.0]),
            outcome=0,
            start=self.start,
            end=self.end,
            closes=self.end,
            placeholder=True,
        )

    def _market_id(self, place: int) -> str:
        return str(_FIRST_MARKET + 10 * self.number + place)
