"""Invented subjects and names for the simulated questions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_PLACES = (
    "Harbour", "Valley", "Summit", "Meadow", "Lagoon", "Prairie", "Island", "Canyon", "Delta",
    "Glacier", "Orchard", "Quarry",
)  # fmt: skip
_MATTERS: dict[str, tuple[str, ...]] = {
    "politics": ("Bill", "Accord", "Levy", "Referendum", "Treaty"),
    "crypto": ("Coin upgrade", "Chain merger", "Token launch", "Protocol vote"),
    "sports": ("Cup", "Derby", "Open", "Relay", "Regatta"),
    "economy": ("rate decision", "payrolls report", "housing index", "trade figure"),
    "technology": ("Phone launch", "Rocket flight", "Chip release", "Model release"),
}
NAMES = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ironwood", "Juniper",
    "Katsura", "Larch", "Maple", "Nutmeg", "Oak", "Poplar", "Quince", "Rowan", "Spruce", "Teak",
)  # fmt: skip
_CLUBS = ("Herons", "Otters", "Badgers", "Falcons", "Salmon", "Lynxes", "Beavers", "Ravens")
_PERSONS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of an event, and its tag."""

    tag: str
    name: str


def subject(chance: Random) -> Subject:
    tag = chance.choice(tuple(_MATTERS))
    return Subject(tag, f"the {chance.choice(_PLACES)} {chance.choice(_MATTERS[tag])}")


def sides(chance: Random) -> tuple[str, tuple[str, str]]:
    """Draw a question about a match, and its two outcomes, which are not Yes and No."""
    home, away = (f"{chance.choice(_PLACES)} {club}" for club in chance.sample(_CLUBS, 2))
    if chance.random() < 1 / 2:
        return f"{home} or {away}?", (home, away)
    return f"{home} and {away}: more than {chance.randint(1, 5)}.5 goals?", ("Over", "Under")


def person(place: int) -> str:
    """Return the name of a placeholder."""
    return f"Person {_PERSONS[place % len(_PERSONS)]}"
