"""The simulated questions: what is asked, when it ends, how it trades and how it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from local.exchange.anomalies import DELISTED_FOR, NONE, Anomalies, Anomaly
from local.exchange.chance import Wave, between, unit
from local.exchange.oddities import ODD_FOR, Ending, Oddity
from local.exchange.prices import FairPrice
from local.exchange.quotes import COARSE, DOLLAR, Quote, is_uncertain, quote, stub, widened

STEP = timedelta(minutes=5)
_PROPOSED_BEFORE_DISPUTE = timedelta(hours=2)
_HOUR = timedelta(hours=1)
_LIQUIDITY_HOURS = 30.0
_REVERSED = 0.4  # of the outcomes that were proposed too early
_WIDER = (55.0, 150.0)  # mills by which each side of a wide quote steps back


class Phase(StrEnum):
    """Where a question is in its life."""

    TRADING = "trading"
    PROPOSED = "proposed"
    DISPUTED = "disputed"
    CLOSED_ODDLY = "closed_oddly"
    CLOSED_EARLY = "closed_early"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Trade:
    """How a question trades: `tick` in mills, `spread` in ticks, the rest in dollars."""

    tick: int = COARSE
    spread: int = 1
    liquidity: float = 0.0
    volume: float = 0.0
    volume_a_day: float = 0.0
    fee_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A lifetime from `start` to `end`; the result is known and paid when it `closes`.

    Until `shown_until` its rows name `shown` as the end, and then `end`.
    """

    start: datetime
    end: datetime
    closes: datetime
    disputed: bool
    shown: datetime
    shown_until: datetime

    @property
    def hours(self) -> float:
        return (self.end - self.start) / _HOUR

    def end_shown_at(self, now: datetime) -> datetime:
        return self.shown if now < self.shown_until else self.end

    def elapsed(self, now: datetime) -> float:
        """Return the share of the lifetime that has passed, 0 to 1."""
        return min(max((now - self.start) / (self.end - self.start), 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class Question:
    """One binary market. `answer` is what a YES pays in the end: 1, 0 or 0.5 dollars.

    It may not show before the calendar's `closes`.
    """

    market_id: str
    text: str
    label: str
    outcomes: tuple[str, str]
    price: FairPrice
    answer: float
    calendar: Calendar
    trade: Trade
    oddities: frozenset[Oddity]
    ending: Ending = Ending.NORMAL
    placeholder: bool = False
    anomalies: Anomalies = NONE

    @cached_property
    def condition_id(self) -> str:
        return _condition_id(self.market_id)

    def condition_id_at(self, now: datetime) -> str:
        """Return the condition that is listed, which may become another one."""
        if self.has_begun(Anomaly.OTHER_CONDITION, now):
            return _condition_id(f"{self.market_id}:again")
        return self.condition_id

    @cached_property
    def tokens(self) -> tuple[str, str]:
        """The CLOB's ids of YES and NO."""
        yes, no = (sha256(f"{self.market_id}:{side}".encode()) for side in ("yes", "no"))
        return str(int(yes.hexdigest(), 16)), str(int(no.hexdigest(), 16))

    @cached_property
    def digit(self) -> int:
        """A number 0 to 15 of its own."""
        return int(self.condition_id[-1], 16)

    @property
    def proposed_answer(self) -> float:
        """What is proposed first: the answer or its reverse, 1 or 0 dollars."""
        is_reversed = unit(f"{self.market_id}:reversed") < _REVERSED
        return float((self.answer >= 1 / 2) is not is_reversed)

    @property
    def has_identity(self) -> bool:
        return Oddity.WITHOUT_IDENTITY not in self.oddities

    def phase(self, now: datetime) -> Phase:
        calendar = self.calendar
        if self.placeholder or now < calendar.end:
            return Phase.TRADING
        if now < calendar.closes:
            late = now >= calendar.end + _PROPOSED_BEFORE_DISPUTE
            return Phase.DISPUTED if calendar.disputed and late else Phase.PROPOSED
        return self._phase_closed(is_recent=now < calendar.closes + ODD_FOR)

    def _phase_closed(self, *, is_recent: bool) -> Phase:
        if self.anomalies.has(Anomaly.NEVER_PAID):
            return Phase.CLOSED_ODDLY
        if is_recent and self.ending in (Ending.ZEROS, Ending.UNPRICED):
            return Phase.CLOSED_ODDLY
        if is_recent and self.anomalies.has(Anomaly.EARLY_CLOSE):
            return Phase.CLOSED_EARLY
        return Phase.RESOLVED

    def closed(self, now: datetime) -> bool:
        return not self.placeholder and now >= self.calendar.closes

    def quote(self, now: datetime) -> Quote:
        """Return YES's best bid and ask while it is not closed."""
        if Oddity.WITHOUT_BOOK in self.oddities:
            return Quote(0, DOLLAR, self.trade.tick)
        usual = quote(self.price.at(self.calendar.elapsed(now)), self.trade.tick, self.trade.spread)
        if now >= self.calendar.end or not is_uncertain(usual):
            return usual
        if key := self.spell(Anomaly.STUB_QUOTE, now):
            return stub(usual, both=unit(f"{key}:both") < 1 / 2)
        if key := self.spell(Anomaly.WIDE_SPREAD, now):
            return widened(usual, between(f"{key}:step", *_WIDER))
        return usual

    def spell(self, anomaly: Anomaly, now: datetime) -> str | None:
        """Return the key of the spell of an anomaly that the market is in, mostly None."""
        return self.anomalies.spell(anomaly, now - self.calendar.start)

    def has_begun(self, anomaly: Anomaly, now: datetime) -> bool:
        """Tell whether the moment of the lifetime has come at which the anomaly begins."""
        begins = self.anomalies.begins(anomaly)
        return begins is not None and self.calendar.elapsed(now) >= begins

    def liquidity(self, now: datetime) -> float:
        """Return the dollars in the book: bids at their price, asks at $1 minus their price."""
        breath = 1 + 0.3 * self._breath.at((now - self.calendar.start) / _HOUR)
        return round(self.trade.liquidity * breath, 4)

    @cached_property
    def _breath(self) -> Wave:
        return Wave(f"{self.market_id}:liquidity", _LIQUIDITY_HOURS)

    def change(self, now: datetime, span: timedelta) -> float | None:
        """Return the move of the price over `span`, None where it was not asked yet."""
        if now - span < self.calendar.start or Oddity.WITHOUT_BOOK in self.oddities:
            return None
        return round(self.quote(now).price - self.quote(now - span).price, 4)


@dataclass(frozen=True, eq=False)
class Topic:
    """An event: questions under one title. In a negRisk one the questions exclude each other.

    It closes with the last of its questions.
    """

    event_id: str
    title: str
    tag: str
    calendar: Calendar
    neg_risk: bool
    augmented: bool
    questions: Sequence[Question]

    def closed(self, now: datetime) -> bool:
        return now >= self.calendar.closes

    def listed(self, now: datetime) -> bool:
        """Tell whether it is shown: a few events vanish for a while, with all of their markets."""
        first = self.questions[0]
        is_back = first.has_begun(Anomaly.DELISTED, now - DELISTED_FOR)
        return is_back or not first.has_begun(Anomaly.DELISTED, now)

    def settled(self, now: datetime) -> bool:
        """Tell whether its rows are final."""
        return now >= self.calendar.closes + ODD_FOR


def _condition_id(name: str) -> str:
    return "0x" + sha256(name.encode()).hexdigest()


def whole_steps(span: timedelta) -> timedelta:
    """Round a span down to whole steps of the exchange's clock."""
    return STEP * (span // STEP)
