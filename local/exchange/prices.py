"""How fair prices move until the question is decided.

Most are the crowd's belief itself, a martingale; some learn in jumps, which is one as well. A known
share can be predicted: prices that lag behind the belief (trending), and prices that swing around
it (mean-reverting). No strategy can beat it by more than lag, swing, and the rare dips of what a
group adds up to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from local.exchange.beliefs import Belief
from local.exchange.chance import Wave, between, happens, unit

YES, NO, HALF = range(3)  # the outcomes of a single question's belief; HALF pays 0.50 a share
LEAST = 1e-4


class Motion(StrEnum):
    """How the price of a single question moves."""

    MARTINGALE = "martingale"
    JUMPING = "jumping"
    TRENDING = "trending"
    REVERTING = "reverting"


SHARES: dict[Motion, float] = {
    Motion.MARTINGALE: 0.70,
    Motion.JUMPING: 0.10,
    Motion.TRENDING: 0.10,
    Motion.REVERTING: 0.10,
}
_NEWS = 8  # a jumping price's moments of news
_LAG_HOURS, _LAG_SHARE, _LAG_POINTS = 96.0, 0.15, 6
_SWING_HOURS = 24.0
QUIET = 0.2  # of the sharpness: a reverting question learns late, or news would drown the swing
WANDER = 0.01  # of a group's sum, at any time
_DIP_HOURS, _DIP_SHARE, _DIP_DEPTHS = 24.0, 0.035, (0.04, 0.11)
_CALM = 0.1  # the last share of a lifetime, in which lag, swing, wander and dips die away


class FairPrice(Protocol):
    """The price in (0, 1) of one question's YES, by the share of its lifetime that has passed."""

    def at(self, elapsed: float) -> float: ...


@dataclass(frozen=True, slots=True)
class Constant:
    """A price that never moves, of what is never traded."""

    price: float

    def at(self, elapsed: float) -> float:  # noqa: ARG002 (the protocol's)
        return self.price


@dataclass(frozen=True, slots=True)
class Martingale:
    """The crowd's value of a share: at the end 1, 0 or 0.5."""

    belief: Belief

    def at(self, elapsed: float) -> float:
        chances = self.belief.at(elapsed)
        return _inside(chances[YES] + chances[HALF] / 2)


class Jumping:
    """A belief that moves only when there is news."""

    def __init__(self, belief: Belief, key: str) -> None:
        self._worth = Martingale(belief)
        moments = (unit(f"{key}:news{number}") for number in range(_NEWS))
        self._news = (0.0, *sorted(moments), 1.0)

    def at(self, elapsed: float) -> float:
        return self._worth.at(max(moment for moment in self._news if moment <= max(elapsed, 0.0)))


class Trending:
    """The mean of the belief over some time past, so that a move continues."""

    def __init__(self, belief: Belief, hours: float) -> None:
        """`hours` is the lifetime."""
        self._worth = Martingale(belief)
        self._lag = min(_LAG_HOURS / hours, _LAG_SHARE)

    def at(self, elapsed: float) -> float:
        lag = self._lag * _remaining_calm(elapsed)
        points = (elapsed - lag * number / _LAG_POINTS for number in range(_LAG_POINTS + 1))
        return math.fsum(map(self._worth.at, points)) / (_LAG_POINTS + 1)


class Reverting:
    """A belief with a swing around it, which comes back to it within days."""

    def __init__(self, belief: Belief, key: str, hours: float) -> None:
        """`hours` is the lifetime."""
        self._worth = Martingale(belief)
        self._hours = hours
        self._size = between(f"{key}:swing", 0.10, 0.22)
        self._wave = Wave(f"{key}:swing", _SWING_HOURS)

    def at(self, elapsed: float) -> float:
        worth = self._worth.at(elapsed)
        swing = self._size * self._wave.at(elapsed * self._hours) * _remaining_calm(elapsed)
        return _inside(worth + swing * 4 * worth * (1 - worth))


class Wander:
    """The sum of the YES prices of a group: 1, within `WANDER`, and in rare dips less.

    A dip is a sum that trading has not corrected yet: a day long, deepest half-way.
    """

    def __init__(self, key: str, hours: float, *, dips: bool) -> None:
        """`hours` is the lifetime."""
        self._key, self._hours, self._dips = key, hours, dips
        self._wave = Wave(f"{key}:sum", _SWING_HOURS)

    def at(self, elapsed: float) -> float:
        hours = elapsed * self._hours
        deviation = WANDER * self._wave.at(hours) - self._dip(hours)
        return 1.0 + deviation * _remaining_calm(elapsed)

    def _dip(self, hours: float) -> float:
        spell, passed = divmod(hours, _DIP_HOURS)
        key = f"{self._key}:{spell:.0f}:dip"
        if not (self._dips and happens(key, _DIP_SHARE)):
            return 0.0
        return between(f"{key}:depth", *_DIP_DEPTHS) * math.sin(math.pi * passed / _DIP_HOURS)


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One outcome of a belief over a group's names.

    `named` is the chance that the answer is among the group's names; only the end decides that.
    """

    belief: Belief
    outcome: int
    wander: Wander
    named: float

    def at(self, elapsed: float) -> float:
        return _inside(self.belief.at(elapsed)[self.outcome] * self.named * self.wander.at(elapsed))


def single(belief: Belief, motion: Motion, key: str, hours: float) -> FairPrice:
    """Return the price of a single question; `hours` is its lifetime."""
    match motion:
        case Motion.MARTINGALE:
            return Martingale(belief)
        case Motion.JUMPING:
            return Jumping(belief, key)
        case Motion.TRENDING:
            return Trending(belief, hours)
        case Motion.REVERTING:
            return Reverting(belief, key, hours)


def motion(chance: float, shares: Sequence[tuple[Motion, float]] = tuple(SHARES.items())) -> Motion:
    """Return the motion at `chance` in (0, 1) when the shares lie end to end."""
    for name, share in shares:
        if chance < share:
            return name
        chance -= share
    return Motion.MARTINGALE


def _remaining_calm(elapsed: float) -> float:
    """Return 1 for most of a lifetime, falling to 0 over its last part."""
    return min(1.0, max(0.0, 1.0 - elapsed) / _CALM)


def _inside(price: float) -> float:
    return min(max(price, LEAST), 1.0 - LEAST)
