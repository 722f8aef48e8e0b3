"""How deep a simulated market is, and how wide: liquid ones are tight, as the recorded ones are."""

from __future__ import annotations

from random import Random

from local.exchange.questions import Trade
from local.exchange.quotes import COARSE, DOLLAR, FINE

_LEAST_DEPTH, _MOST_DEPTH = 3.1, 6.0  # powers of ten dollars
_TIGHT_DEPTH = 5.0  # from here on the spread is about 0.001
_ODD_SPREAD = 0.68  # of markets: their middle lies between two ticks
_FINE_SINGLE = 0.18  # of single questions: a tick of 0.001 from the start
_FEES = ((0.45, None), (0.75, 0.0), (0.85, 0.02), (0.95, 0.04), (1.0, 0.05))


def of_group(chance: Random, *, is_hopeless: bool) -> Trade:
    """Draw how a member of a negRisk group trades; they have the fine tick."""
    return _trade(chance, FINE, spread=1 if is_hopeless else None)


def of_single(chance: Random) -> Trade:
    return _trade(chance, FINE if chance.random() < _FINE_SINGLE else COARSE)


def _trade(chance: Random, tick: int, spread: int | None = None) -> Trade:
    depth = chance.uniform(_LEAST_DEPTH, _MOST_DEPTH)
    volume = 10 ** (depth + chance.uniform(0.2, 1.6))
    drawn = _spread(chance, depth, tick)
    return Trade(
        tick=tick,
        spread=drawn if spread is None else spread,
        liquidity=round(10**depth, 4),
        volume=round(volume, 4),
        volume_a_day=round(volume / chance.uniform(10, 60), 4),
        fee_rate=_fee_rate(chance),
    )


def _spread(chance: Random, depth: float, tick: int) -> int:
    """Draw the spread in ticks, at least one."""
    dollars = 0.001 * 10 ** (0.6 * max(0.0, _TIGHT_DEPTH - depth)) * chance.uniform(0.7, 1.8)
    ticks = max(1, round(dollars * DOLLAR / tick))
    is_odd = chance.random() < _ODD_SPREAD
    return ticks if ticks % 2 == is_odd else ticks + 1


def _fee_rate(chance: Random) -> float | None:
    """Draw the fee rate; None is a row without a word about fees."""
    place = chance.random()
    return next(rate for end, rate in _FEES if place < end)
