"""EventBridge Scheduler on a laptop: starts each target when its schedule says."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from local.aws.template import Schedule

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_DAILY = re.compile(r"cron\((\d+) (\d+) \* \* \? \*\)")
_SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


class UnknownExpression(Exception):
    """A schedule expression that is neither a rate nor a daily time."""


class Timing(Protocol):
    """When a schedule fires."""

    def after(self, moment: datetime) -> datetime:
        """Return the first firing after `moment`, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """Every `interval`, counted from the last firing."""

    interval: timedelta

    def after(self, moment: datetime) -> datetime:
        return moment + self.interval


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at this time, UTC."""

    hour: int
    minute: int

    def after(self, moment: datetime) -> datetime:
        today = moment.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return today if today > moment else today + timedelta(days=1)


def timing(expression: str) -> Timing:
    """Read `rate(5 minutes)` or `cron(30 3 * * ? *)`. Raises UnknownExpression."""
    if rate := _RATE.fullmatch(expression):
        return Rate(timedelta(**{f"{rate[2]}s": int(rate[1])}))
    if daily := _DAILY.fullmatch(expression):
        return Daily(hour=int(daily[2]), minute=int(daily[1]))
    raise UnknownExpression(f"{expression}: use rate(n minutes) or cron(m h * * ? *)")


class Scheduler:
    """Runs `start(target, input)` for each schedule in a thread of its own until `close`.

    A rate fires at once and then at its interval. A run that is not over when it is due again
    delays it, and no other schedule.
    """

    def __init__(
        self,
        schedules: Sequence[Schedule],
        start: Callable[[str, str], object],
        now: Callable[[], datetime],
    ) -> None:
        """`now` is the clock of the scheduled times, the exchange's where it is simulated."""
        self._start = start
        self._now = now
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, args=(schedule,), name=schedule.target)
            for schedule in schedules
        ]

    def open(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Start nothing more, and wait for running targets."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _follow(self, schedule: Schedule) -> None:
        when = timing(schedule.expression)
        moment = datetime.now(UTC)
        due = moment if isinstance(when, Rate) else when.after(moment)
        while not self._stopped.wait(max(0.0, (due - datetime.now(UTC)).total_seconds())):
            scheduled_at = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
            self._start(schedule.target, schedule.input.replace(_SCHEDULED_TIME, scheduled_at))
            due = max(when.after(due), datetime.now(UTC))
