"""Writes the simulated topics: single questions, questions by date, groups that exclude each other.

The shares of the kinds, and of the oddities of their rows, give the open listing those of `API.md`.

The order of the draws from a topic's one `Random` is part of the contract: a draw that is added,
left out or moved changes every later one, and with it the exchange that a seed stands for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from local.exchange import oddities, trades, wording
from local.exchange.anomalies import SHARES, Anomalies, Shares
from local.exchange.beliefs import Belief
from local.exchange.prices import (
    HALF,
    LEAST,
    QUIET,
    YES,
    Constant,
    FairPrice,
    GroupMember,
    Motion,
    Wander,
    motion,
    single,
)
from local.exchange.questions import STEP, Calendar, Question, Topic, Trade, whole_steps

_FIRST_EVENT, _FIRST_MARKET, _MARKETS_A_TOPIC = 30_000, 600_000, 100
_GROUP, _AUGMENTED, _BY_DATE = 0.18, 0.12, 0.088  # the other topics have one or two questions
_LADDER = (0.10, 0.55, 0.75, 0.88)  # where in the lifetime the questions by date end; one at 1
_UNNAMED = (0.03, 0.11)  # the chance that an augmented group's answer has no question yet
_HOPELESS = (0, 0, 1, 1, 1)  # names without a chance
_SIDES = 0.35  # of topics with one or two questions: teams, or over and under
_NEVER = datetime.max.replace(tzinfo=UTC)
_YES_NO = ("Yes", "No")


def write_topic(
    seed: int, number: int, start: datetime, lifetime: timedelta, shares: Shares = SHARES
) -> Topic:
    """Write the topic with this number, asked at `start`: the same for the same arguments.

    `shares` are those of the anomalies; they change nothing else of the topic.
    """
    return _TopicWriter(seed, number, shares).topic(start, start + whole_steps(lifetime))


class _TopicWriter:
    """Writes one topic."""

    _calendar: Calendar

    def __init__(self, seed: int, number: int, shares: Shares) -> None:
        self._key = f"{seed}:{number}"
        self._number = number
        self._shares = shares
        self._chance = Random(self._key)  # noqa: S311 (it must be repeatable)
        self._subject = wording.subject(self._chance)

    def topic(self, start: datetime, end: datetime) -> Topic:
        self._calendar = self._calendar_of(start, end)
        kind = self._chance.random()
        if kind < _GROUP + _AUGMENTED:
            return self._group(is_augmented=kind >= _GROUP)
        if kind < _GROUP + _AUGMENTED + _BY_DATE:
            return self._topic("When does {} happen?", list(self._by_date()))
        self._calendar = self._with_shown_end()
        return self._topic("What happens with {}?", list(self._plain()))

    def _topic(self, title: str, questions: Sequence[Question], *, group: str = "") -> Topic:
        return Topic(
            event_id=str(_FIRST_EVENT + self._number),
            title=title.format(self._subject.name),
            tag=self._subject.tag,
            calendar=self._calendar,
            neg_risk=bool(group),
            augmented=group == "augmented",
            questions=questions,
        )

    def _group(self, *, is_augmented: bool) -> Topic:
        self._calendar = self._with_shown_end()
        members = list(self._members(is_augmented=is_augmented))
        if not is_augmented:
            return self._topic("Who decides {}?", members, group="complete")
        seats = range(len(members), len(members) + self._chance.randint(4, 8))
        members += [self._placeholder(place, wording.person(place)) for place in seats]
        return self._topic("Who decides {}?", members, group="augmented")

    def _members(self, *, is_augmented: bool) -> Iterator[Question]:
        """Yield the questions of a group: one belief over all names, the last of them hopeless."""
        hopeful, hopeless = self._chance.randint(3, 6), self._chance.choice(_HOPELESS)
        names = self._chance.sample(wording.NAMES, hopeful + hopeless)
        belief = self._belief("group", self._group_prior(hopeful, hopeless), self._calendar)
        named = 1.0 - self._chance.uniform(*_UNNAMED) if is_augmented else 1.0
        winner = belief.truth if self._chance.random() < named else None
        wander = Wander(self._key, self._calendar.hours, dips=not is_augmented)
        for place, name in enumerate(names):
            yield self._question(
                place,
                f"Will {name} decide {self._subject.name}?",
                name,
                price=GroupMember(belief, place, wander, named),
                answer=float(place == winner),
                trade=trades.of_group(self._chance, is_hopeless=place >= hopeful),
            )

    def _group_prior(self, hopeful: int, hopeless: int) -> list[float]:
        small = [self._chance.uniform(2, 12) * LEAST for _ in range(hopeless)]
        weights = [self._chance.expovariate(1.0) + 0.05 for _ in range(hopeful)]
        share = (1.0 - math.fsum(small)) / math.fsum(weights)
        return [*(weight * share for weight in weights), *small]

    def _by_date(self) -> Iterator[Question]:
        """Yield questions with deadlines of their own; the event outlives the first ones."""
        whole = self._calendar
        for place, share in enumerate((*_LADDER, 1.0)):
            end = whole.start + whole_steps(share * (whole.end - whole.start))
            calendar = self._calendar_of(whole.start, end) if share < 1 else whole
            label = f"{end:%B} {end.day}"
            text = f"Will {self._subject.name} happen by {label}?"
            yield self._single(place, text, label, calendar=calendar)

    def _plain(self) -> Iterator[Question]:
        has_sides = self._chance.random() < _SIDES
        for place in range(self._chance.choice((1, 1, 1, 2, 2))):
            if has_sides:
                text, outcomes = wording.sides(self._chance)
                yield self._single(place, text, f"Match {place + 1}", outcomes=outcomes)
            else:
                text = f"Will {self._subject.name} go well for {wording.NAMES[place]}?"
                yield self._single(place, text, wording.NAMES[place])

    def _single(
        self,
        place: int,
        text: str,
        label: str,
        *,
        outcomes: tuple[str, str] = _YES_NO,
        calendar: Calendar | None = None,
    ) -> Question:
        """Return a question with a belief of its own: yes, no, or half each."""
        calendar = calendar or self._calendar
        yes = self._chance.betavariate(0.9, 0.9) * (1 - oddities.HALF)
        prior = [yes, 1 - oddities.HALF - yes, oddities.HALF]
        moves = motion(self._chance.random())
        pace = QUIET if moves is Motion.REVERTING else 1.0
        belief = self._belief(str(place), prior, calendar, pace)
        return self._question(
            place,
            text,
            label,
            outcomes=outcomes,
            calendar=calendar,
            price=single(belief, moves, f"{self._key}:{place}", calendar.hours),
            answer={YES: 1.0, HALF: 0.5}.get(belief.truth, 0.0),
            trade=trades.of_single(self._chance),
            is_single=True,
        )

    def _question(
        self,
        place: int,
        text: str,
        label: str,
        *,
        price: FairPrice,
        answer: float,
        trade: Trade,
        outcomes: tuple[str, str] = _YES_NO,
        calendar: Calendar | None = None,
        is_single: bool = False,
    ) -> Question:
        return Question(
            market_id=self._market_id(place),
            text=text,
            label=label,
            outcomes=outcomes,
            price=price,
            answer=answer,
            calendar=calendar or self._calendar,
            trade=trade,
            oddities=oddities.of_live(self._chance, is_single=is_single),
            ending=oddities.ending(self._chance),
            anomalies=Anomalies(f"{self._key}:{place}", self._shares),
        )

    def _placeholder(self, place: int, name: str) -> Question:
        """Return a placeholder, the seat for a name that may come later: listed, never traded."""
        return Question(
            market_id=self._market_id(place),
            text=f"Will {name} decide {self._subject.name}?",
            label=name,
            outcomes=_YES_NO,
            price=Constant(self._chance.uniform(0.01, 0.1)),
            answer=0.0,
            calendar=self._calendar,
            trade=Trade(),
            oddities=oddities.of_placeholder(self._chance),
            placeholder=True,
        )

    def _belief(
        self, name: str, prior: Sequence[float], calendar: Calendar, pace: float = 1.0
    ) -> Belief:
        depth = math.ceil(math.log2((calendar.end - calendar.start) / STEP))
        sharpness = self._chance.uniform(0.4, 1.6)
        return Belief(prior, pace * sharpness, f"{self._key}:{name}", depth)

    def _calendar_of(self, start: datetime, end: datetime) -> Calendar:
        """Draw a calendar: a result takes hours from the end, a disputed one days."""
        disputed = self._chance.random() < oddities.DISPUTED
        late = timedelta(hours=self._chance.randint(1, 4))
        late += timedelta(days=self._chance.randint(1, 4)) if disputed else timedelta(0)
        return Calendar(start, end, end + late, disputed, shown=end, shown_until=end)

    def _with_shown_end(self) -> Calendar:
        """Draw whether rows show a wrong end: long past, too early, or too late."""
        start, end = self._calendar.start, self._calendar.end
        shown = oddities.shown_end(self._chance)
        if shown is None:
            return self._calendar
        moment = start + whole_steps(shown.share * (end - start))
        until = moment if shown.corrected else _NEVER
        return replace(self._calendar, shown=moment, shown_until=until)

    def _market_id(self, place: int) -> str:
        return str(_FIRST_MARKET + _MARKETS_A_TOPIC * self._number + place)
