"""A user's own strategies on the laptop: each gets a portfolio beside those of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from local.demo.portfolio_sets import OF_AN_OWN_STRATEGY
from local.demo.timetable import Choice, Timetable
from prescient.core.errors import InvalidRequest
from prescient.core.strategies import registry
from prescient.runtime import own_strategies

_SECONDS = 10


def registered_from(settings: Mapping[str, str]) -> Path | None:
    """Register the strategies of STRATEGIES_PATH and return the folder; None where none is given.

    Raises `InvalidRequest` where it is no folder.
    """
    given = settings.get("STRATEGIES_PATH", "")
    if not given:
        return None
    folder = Path(given).absolute()
    if not folder.is_dir():
        raise InvalidRequest(f"STRATEGIES_PATH: {given} is not a folder")
    own_strategies.register_from(str(folder), _SECONDS)
    return folder


def traded(choice: Choice, folder: Path | None) -> Choice:
    """Return the choice with a portfolio for each strategy of the user's, and notes on them."""
    if folder is None:
        return choice
    own = [
        {
            "name": name.replace("_", " ").capitalize(),
            "description": OF_AN_OWN_STRATEGY,
            "strategy_type": name,
            "strategy_config": {},
        }
        for name in registry.registered()
    ]
    told = tuple(notes(folder))

    def chosen(since: datetime | None) -> Timetable:
        timetable = choice(since)
        return replace(
            timetable,
            portfolios=(*timetable.portfolios, *own),
            notes=(*timetable.notes, *told),
            strategies_path=folder,
        )

    return chosen


def notes(folder: Path) -> Iterator[str]:
    """Say what was registered, and what was refused and why."""
    yield f"Own strategies: {', '.join(registry.registered()) or f'none in {folder}'}."
    for reason in registry.refused().values():
        yield f"Refused: {reason}."
