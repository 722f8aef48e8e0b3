"""A number that says something, or the reason why there is none (docs/performance.md).

Figures are computed for many portfolios at once, as columns with one entry a portfolio.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

DAYS_A_YEAR = 365
LEAST_DAYS = 30
"""Ratios and annualised figures need as many daily returns."""
LEAST_DEVIATION = 1e-9
"""A daily standard deviation below it is rounding, and divides nothing."""
LARGEST_RATE = 1e6
"""A return or ratio from here on comes of a start from next to nothing."""


class Reason(StrEnum):
    """Why a figure is null; each has the sentence that a user reads."""

    TOO_FEW_DAYS = "too_few_days"
    YOUNGER_THAN_WINDOW = "younger_than_window"
    NO_DEVIATION = "no_deviation"
    NO_DRAWDOWN = "no_drawdown"
    NO_POSITIONS = "no_positions"
    NO_WINS = "no_wins"
    NO_LOSSES = "no_losses"
    NO_EQUITY = "no_equity"
    TOO_LARGE = "too_large"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Reason.TOO_FEW_DAYS: f"There are fewer than {LEAST_DAYS} daily returns.",
    Reason.YOUNGER_THAN_WINDOW: "The portfolio is younger than the days asked for.",
    Reason.NO_DEVIATION: "The daily returns do not vary.",
    Reason.NO_DRAWDOWN: "There was no drawdown.",
    Reason.NO_POSITIONS: "No position has closed yet.",
    Reason.NO_WINS: "No position has closed with a profit.",
    Reason.NO_LOSSES: "No position has closed with a loss.",
    Reason.NO_EQUITY: "The portfolio had no equity.",
    Reason.TOO_LARGE: "The number is beyond a million, which no trading makes.",
}
_REASONS = tuple(Reason)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """One figure of many portfolios: `values`, and where there is none, the code of its reason."""

    values: FloatArray
    codes: IntArray

    def optional(self) -> list[float | None]:
        """The values as Python numbers, None where a reason stands instead."""
        values: list[float | None] = self.values.tolist()
        for row in np.flatnonzero(self.codes).tolist():
            values[row] = None
        return values

    def reasons(self) -> dict[int, Reason]:
        """The reasons by row, of the rows without a value."""
        rows = np.flatnonzero(self.codes)
        return {
            row: _REASONS[code - 1]
            for row, code in zip(rows.tolist(), self.codes[rows].tolist(), strict=True)
        }


def figures(values: FloatArray, *missing: tuple[BoolArray, Reason]) -> Figures:
    """Return `values`, null where a condition holds, by the reason of the first that does."""
    codes = np.zeros(len(values), np.int64)
    for holds, reason in reversed(missing):
        codes[holds] = _REASONS.index(reason) + 1
    return Figures(values, codes)


def rates(values: FloatArray, *missing: tuple[BoolArray, Reason]) -> Figures:
    """Return returns or ratios as `figures`, null also where one is beyond a million."""
    return figures(values, *missing, (np.abs(values) >= LARGEST_RATE, Reason.TOO_LARGE))


def quotient(dividend: FloatArray, divisor: FloatArray) -> FloatArray:
    """Return dividend / divisor, 0 where the divisor is 0: a reason stands there instead."""
    return np.divide(dividend, divisor, out=np.zeros_like(dividend), where=divisor != 0)
