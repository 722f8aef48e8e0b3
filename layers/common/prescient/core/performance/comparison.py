"""Whether of two portfolios one is better, and how sure that is (docs/performance.md).

Two portfolios that ran the same batches share their market risk, so what is looked at is the
difference of their returns day by day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np

from prescient.core.market.markets import EventId
from prescient.core.performance.estimates import Estimate, estimate_by_events, estimates_by_days
from prescient.core.performance.figures import LEAST_DEVIATION, FloatArray
from prescient.core.performance.planning import MOST_DAYS, days_needed, detectable, median_error
from prescient.core.performance.series import DailySeries

LEAST_COMMON_DAYS = 10
Contributions = Mapping[EventId, float]
"""What each event added to a portfolio's return over the common days; 0.01 is 1%."""


class Verdict(StrEnum):
    """What can be said of two portfolios; `better` and `worse` are of the first one."""

    BETTER = "better"
    WORSE = "worse"
    NOT_YET = "not_yet"
    TOO_FEW_DAYS = "too_few_days"
    ONE_EVENT = "one_event"
    NO_DEVIATION = "no_deviation"
    SAME = "same"


class Unit(StrEnum):
    """The unit that was resampled for the interval that is shown: days or events."""

    DAYS = "days"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first portfolio's daily return less the second's, over the days that both have.

    Means and intervals are a day's, as fractions (0.001 is 0.1%). `by_days` is None with fewer
    than ten common days, where the two are the same, or where the difference varies on too few days
    or in too few events to say how far off its mean can be; `by_events` where no event is known.
    """

    first_id: int
    second_id: int
    last_day: date | None
    days: int
    verdict: Verdict
    events: int = 0
    by_days: Estimate | None = None
    by_events: Estimate | None = None

    @property
    def unit(self) -> Unit:
        """The source of the told interval: days or events, whichever gives the wider one."""
        days, events = self.by_days, self.by_events
        return Unit.EVENTS if days and events and events.margin > days.margin else Unit.DAYS

    @property
    def told(self) -> Estimate | None:
        """The estimate to rely on: the one with the wider interval."""
        return self.by_events if self.unit is Unit.EVENTS else self.by_days

    @property
    def detectable(self) -> float | None:
        """The smallest difference that these days could show, at 80% power; a fraction a day."""
        return self.told and detectable(self.told.standard_error, self.told.freedom)

    @property
    def more_days(self) -> int | None:
        """How many more days would tell a difference like this, at 80% power.

        0 where it is told already; None where ten years would not do, or nothing is known.
        """
        if self.verdict in (Verdict.BETTER, Verdict.WORSE):
            return 0
        if self.told is None or self.verdict is Verdict.ONE_EVENT:
            return None
        error = median_error(self.told.standard_error, self.told.freedom)
        total = days_needed(self.told.mean, error, self.days)
        return None if total is None else max(total - self.days, 1)

    def sentence(self, first: str, second: str) -> str:
        """What can be said, in plain words, of portfolios with these names."""
        told = self.told
        if told is None or self.verdict is Verdict.ONE_EVENT:
            return _WITHOUT_ESTIMATE[self.verdict].format(first=first, second=second)
        if self.verdict is Verdict.NOT_YET:
            return f"{first} and {second} cannot be told apart yet: {self._waiting()}."
        ahead, behind = (first, second) if told.mean > 0 else (second, first)
        low, high = sorted((abs(told.low), abs(told.high)))
        return (
            f"{ahead} is ahead of {behind} by {_percent(abs(told.mean))} a day "
            f"({_percent(low)} to {_percent(high)} at 95%, over {_counted(self.days, 'day')})."
        )

    def _waiting(self) -> str:
        if self.more_days is None:
            return f"a difference this small would take more than {MOST_DAYS // 365} years"
        return _counted(self.more_days, "more day")


_WITHOUT_ESTIMATE = {
    Verdict.TOO_FEW_DAYS: (
        f"{{first}} and {{second}} cannot be compared yet: they share fewer than "
        f"{LEAST_COMMON_DAYS} days."
    ),
    Verdict.ONE_EVENT: (
        "{first} and {second} cannot be told apart yet: they differ in one event alone."
    ),
    Verdict.NO_DEVIATION: (
        "{first} and {second} cannot be told apart yet: their difference varies on too few days, "
        "or in too few events."
    ),
    Verdict.SAME: "{first} and {second} did the same on every day.",
}


def event_contributions(
    profits: Mapping[EventId, Decimal], mean_equity: Decimal
) -> dict[EventId, float]:
    """What each event added to the return: its P&L over the days / mean equity, both in dollars."""
    if mean_equity <= 0:
        return {}
    return {event: float(profit / mean_equity) for event, profit in profits.items()}


def compare(
    series: DailySeries,
    pairs: Sequence[tuple[int, int]],
    contributions: Mapping[int, Contributions] | None = None,
) -> list[Difference]:
    """Compare each pair of portfolios, in the order given, on the days that both have.

    The draws are seeded by the last common day and the number of days, so that a pair's numbers
    are the same at every look and beside whatever other pairs, and those of (a, b) mirror (b, a).
    `contributions` are those of each portfolio, by its id.
    """
    windows: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for pair in pairs:
        windows[series.common_window(pair)].append(pair)
    found: dict[tuple[int, int], Difference] = {}
    for (first_day, days), own in windows.items():
        rows = np.array(
            [
                series.window(first, first_day, days) - series.window(second, first_day, days)
                for first, second in own
            ]
        )
        for difference in _compared(own, rows, first_day + days - 1, contributions or {}):
            found[difference.first_id, difference.second_id] = difference
    return [found[pair] for pair in pairs]


def _compared(
    pairs: Sequence[tuple[int, int]],
    rows: FloatArray,
    last_day: int,
    contributions: Mapping[int, Contributions],
) -> Iterator[Difference]:
    days = rows.shape[1]
    enough = days >= LEAST_COMMON_DAYS
    differ = np.flatnonzero(np.abs(rows).max(axis=1, initial=0.0) >= LEAST_DEVIATION)
    differ = differ if enough else differ[:0]
    by_days = dict(zip(differ.tolist(), estimates_by_days(rows[differ], [last_day]), strict=True))
    sums = [
        _event_sums(contributions.get(first, {}), contributions.get(second, {}))
        for first, second in pairs
    ]
    # Sorted, so that pairs with the same number of events share their draws.
    for row in sorted(range(len(pairs)), key=lambda row: len(sums[row])):
        first_id, second_id = pairs[row]
        plain = Difference(
            first_id=first_id,
            second_id=second_id,
            last_day=date.fromordinal(last_day) if days else None,
            days=days,
            verdict=Verdict.SAME if enough else Verdict.TOO_FEW_DAYS,
        )
        yield _judged(plain, by_days[row], sums[row]) if row in by_days else plain


def _judged(plain: Difference, by_days: Estimate | None, sums: FloatArray) -> Difference:
    unknown = replace(plain, events=len(sums), verdict=Verdict.NO_DEVIATION)
    if by_days is None:
        return unknown
    seed = [plain.last_day.toordinal()] if plain.last_day else []
    by_events = estimate_by_events(sums, by_days.mean, plain.days, seed)
    found = replace(plain, events=len(sums), by_days=by_days, by_events=by_events)
    told = found.told or by_days
    if len(sums) == 1:
        return replace(found, verdict=Verdict.ONE_EVENT)
    if len(sums) and by_events is None:
        return unknown
    if told.low > 0.0:
        return replace(found, verdict=Verdict.BETTER)
    return replace(found, verdict=Verdict.WORSE if told.high < 0.0 else Verdict.NOT_YET)


def _event_sums(first: Contributions, second: Contributions) -> FloatArray:
    """What each event added to the difference, in the order of their ids."""
    events = sorted({*first, *second})
    return np.array([first.get(event, 0.0) - second.get(event, 0.0) for event in events])


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.2f}%"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
