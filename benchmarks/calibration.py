"""`make calibrate [SERIES=n] [SEED=n]`: how often the statistics of the comparison are right.

Histories are simulated of which the truth is known, and what is told of them is counted. The
result stands in `docs/performance.md`; `tests/performance/test_calibration.py` has a small one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from local.demo.console import terminal
from prescient.core.performance.estimates import Estimate, estimates_by_days
from prescient.core.performance.figures import FloatArray
from prescient.core.performance.planning import POWER, days_needed, median_error
from prescient.core.performance.ranking import step_down

DAYS = (30, 90, 365)
CORRELATIONS = (0.0, 0.3)
VARIANTS = 50
SERIES = 10_000
AT_ONCE = 250
"""Histories that share their draws, as pairs of one last day do."""
SIGNIFICANT = 0.05
WARM_UP = 50


class Cell(NamedTuple):
    """One kind of history: its number of days, and how each correlates with the day before."""

    days: int
    correlation: float


class Coverage(NamedTuple):
    """Shares of `histories`: of intervals that hold the truth, and of families told falsely."""

    histories: int
    covered: float
    families: int
    family_errors: float


class Plan(NamedTuple):
    """How many days the plan says, and which share of as long histories then show it.

    `stated` is of the true mean and error, `median_stated` of what histories of `days` days show.
    """

    stated: int
    power: float
    simulated: int
    median_stated: float


def histories(random: np.random.Generator, cell: Cell, *shape: int) -> FloatArray:
    """Daily returns with mean 0 that follow x(t) = correlation × x(t − 1) + normal noise."""
    returns = random.standard_normal((*shape, cell.days + WARM_UP))
    for day in range(1, cell.days + WARM_UP):
        returns[..., day] += cell.correlation * returns[..., day - 1]
    return np.ascontiguousarray(returns[..., WARM_UP:])


def estimates(cell: Cell, series: int, seed: int, mean: float = 0.0) -> Iterator[Estimate]:
    """What is told of as many histories, some hundred at a time under draws of their own."""
    random = np.random.default_rng([seed, cell.days, round(100 * cell.correlation)])
    for batch in range(-(-series // AT_ONCE)):
        made = estimates_by_days(histories(random, cell, AT_ONCE) + mean, [seed, batch])
        yield from (estimate for estimate in made if estimate is not None)


def covered(cell: Cell, series: int, seed: int) -> tuple[int, float]:
    """How many intervals there were, and which share of them holds the truth."""
    found = [estimate.low <= 0.0 <= estimate.high for estimate in estimates(cell, series, seed)]
    return len(found), sum(found) / len(found)


def family_errors(cell: Cell, families: int, seed: int) -> float:
    """Which share of families of 50 variants, none better than the benchmark, has one told so.

    Half of the variance of a difference is the benchmark's own, which all of them share.
    """
    random = np.random.default_rng([seed, cell.days, round(100 * cell.correlation)])
    errors = 0
    for family in range(families):
        variants = histories(random, cell, VARIANTS) - histories(random, cell, 1)
        errors += min(step_down(variants, [seed, family]).values()) <= SIGNIFICANT
    return errors / families


def plan(cell: Cell, series: int, seed: int) -> Plan:
    """Plan for a mean that needs about four times the days of the cell, and simulate it."""
    deviation = 1.0 / (1.0 - cell.correlation)
    mean, error = 1.4 * deviation / cell.days**0.5, deviation / cell.days**0.5
    stated = days_needed(mean, error, cell.days)
    assert stated is not None
    plans = [
        days_needed(told.mean, median_error(told.standard_error, told.freedom), cell.days) or np.inf
        for told in estimates(cell, series, seed, mean)
    ]
    return Plan(
        stated=stated,
        power=_power(cell, stated, mean, series, seed),
        simulated=_simulated(cell, stated, mean, series, seed),
        median_stated=median(plans),
    )


def _simulated(cell: Cell, stated: int, mean: float, series: int, seed: int) -> int:
    """The days at which 80% of histories show the mean, by halving the range around the plan."""
    low, high = stated // 2, 2 * stated
    while high - low > max(stated // 50, 1):
        middle = (low + high) // 2
        shown = _power(cell, middle, mean, series, seed) >= POWER
        low, high = (low, middle) if shown else (middle, high)
    return (low + high) // 2


def _power(cell: Cell, days: int, mean: float, series: int, seed: int) -> float:
    told = list(estimates(cell._replace(days=days), series, seed, mean))
    return sum(estimate.low > 0.0 for estimate in told) / len(told)


def coverage_table(series: int, seed: int) -> Table:
    """Return the table of intervals and families; a family takes the time of a hundred series."""
    table = Table("days", "correlation", "intervals", "covered", "families", box=SIMPLE_HEAD)
    table.add_column("told falsely")
    for cell in (Cell(days, correlation) for days in DAYS for correlation in CORRELATIONS):
        print(f"{cell.days} days, correlation {cell.correlation} …", flush=True)
        count, share = covered(cell, series, seed)
        families = max(series // 10, 1)
        errors = family_errors(cell, families, seed)
        row = (cell.days, cell.correlation, count, f"{share:.1%}", families, f"{errors:.1%}")
        table.add_row(*map(str, row))
    return table


def plan_table(series: int, seed: int) -> Table:
    """Return the table of plans."""
    table = Table("days", "correlation", "stated", "power then", "simulated", box=SIMPLE_HEAD)
    table.add_column("median stated")
    for cell in (Cell(30, 0.0), Cell(30, 0.3), Cell(90, 0.0), Cell(90, 0.3)):
        print(f"plans from {cell.days} days, correlation {cell.correlation} …", flush=True)
        found = plan(cell, max(series // 10, AT_ONCE), seed)
        row = (found.stated, f"{found.power:.0%}", found.simulated, f"{found.median_stated:.0f}")
        table.add_row(str(cell.days), str(cell.correlation), *map(str, row))
    return table


def main() -> None:
    """Print both tables."""
    series, seed = int(os.environ.get("SERIES") or SERIES), int(os.environ.get("SEED") or 1)
    terminal().print(coverage_table(series, seed))
    terminal().print(plan_table(series, seed))


if __name__ == "__main__":
    main()
