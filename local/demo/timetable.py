"""The timetable of a run: its exchange, and when its cycles and price updates start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from local.demo.portfolio_sets import FOUR_MOMENTUM, ONE_A_STRATEGY, RANDOM
from local.exchange.recorded import RecordedVenue
from local.exchange.recordings import Recordings, read_recordings
from local.exchange.simulated import EPOCH, RunningVenue, SimulatedVenue
from local.exchange.venue import Venue

DEFAULT_DAYS = 7
_HOUR = timedelta(hours=1)
_HOURS_BETWEEN_CYCLES = 6


class UnknownExchange(Exception):
    """EXCHANGE or DAYS is not one of the values that they can have."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens: `enter` brings the exchange there; a price update comes last."""

    at: datetime
    title: str
    has_cycle: bool
    enter: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timetable:
    """`venue` is None where Polymarket itself is asked; `notes` are printed first.

    `strategies_path` is the folder of the user's own strategies, None where there are none.
    """

    name: str
    venue: Venue | None
    moments: Sequence[Moment]
    portfolios: Sequence[Mapping[str, Any]] = ONE_A_STRATEGY
    notes: Sequence[str] = ()
    strategies_path: Path | None = None


Choice = Callable[[datetime | None], Timetable]


def choose(exchange: str, days: str) -> Choice:
    """Read EXCHANGE and DAYS; raises UnknownExchange or RecordingUnreadable, and asks no database.

    The choice makes the timetable since the database's latest batch: time only moves forward, and
    nothing happens at or before it.
    """
    kind, _, directory = exchange.partition(":")
    match kind:
        case "simulated" | "":
            return partial(simulated, _whole_days(days))
        case "recorded" if directory:
            return partial(recorded, Path(directory), read_recordings(Path(directory)))
        case "live":
            return live
    raise UnknownExchange(f"EXCHANGE={exchange}: use simulated, recorded:DIR or live")


def running(choice: Choice, since: datetime | None) -> Venue | None:
    """Return the exchange of a choice, its clock running; None for Polymarket itself.

    The simulated one goes on an hour after `since`, the database's latest batch; of a recording
    the newest file is shown.
    """
    chosen = choice(since)
    if isinstance(chosen.venue, SimulatedVenue):
        return RunningVenue(chosen.moments[0].at)
    if isinstance(chosen.venue, RecordedVenue):
        chosen.venue.show(len(chosen.venue) - 1)
    return chosen.venue


def simulated(days: int, since: datetime | None) -> Timetable:
    """Return `days` of the simulated exchange: a price update every hour, a cycle every six."""
    start = since or EPOCH - _HOUR
    venue = SimulatedVenue(start=max(start, EPOCH))

    def moment(hour: int) -> Moment:
        at = start + hour * _HOUR
        has_cycle = hour % _HOURS_BETWEEN_CYCLES == 1
        return Moment(at, f"{at:%Y-%m-%d %H:%M}", has_cycle, lambda: venue.advance_to(at))

    return Timetable("simulated", venue, [moment(hour) for hour in range(1, days * 24 + 2)])


def recorded(directory: Path, recordings: Recordings, since: datetime | None) -> Timetable:
    """Return one moment for each recording of the folder that is newer than `since`."""
    venue = RecordedVenue(recordings.shown)

    def moment(place: int) -> Moment:
        recording = recordings.shown[place]
        return Moment(recording.moment, recording.name, True, lambda: venue.show(place))

    news = [
        place
        for place, recording in enumerate(recordings.shown)
        if since is None or recording.moment > since
    ]
    moments = [moment(place) for place in news]
    notes = tuple(recordings.notes())
    portfolios = (*FOUR_MOMENTUM, RANDOM)
    return Timetable(f"recorded in {directory}", venue, moments, portfolios, notes)


def live(_: datetime | None) -> Timetable:
    """Return one moment on Polymarket as it is now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Timetable("Polymarket, live", None, [Moment(now, "now", True, lambda: None)])


def _whole_days(days: str) -> int:
    if not days:
        return DEFAULT_DAYS
    if not days.isdecimal() or int(days) == 0:
        raise UnknownExchange(f"DAYS={days}: use a whole number above 0")
    return int(days)
