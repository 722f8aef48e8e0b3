"""Guards: how far a portfolio, or all together, may fall below its peak before it is paused.

A fall in dollars is of P&L, a fall in percent of the time-weighted index. Neither knows flows of
cash: P&L has none, and the peak of the index moves along with them.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple, Self

from prescient.core.errors import DrawdownLimitReached
from prescient.core.money import ZERO, plain

WARNED_AT = Decimal("0.8")
"""The part of a limit from which on there is a warning."""
_PEAK_STEP = Decimal("0.000000000001")
_PEAK_DIGITS = 80
_LARGEST_PEAK = Decimal(10) ** 27  # dollars; the column holds ten times as much
_PERCENT = Decimal(100)
_SHOWN_PERCENT = Decimal("0.01")


class Alert(StrEnum):
    """How near a limit is: a warning from four fifths of it on."""

    NONE = "none"
    WARNING = "warning"
    REACHED = "reached"


class Reset(StrEnum):
    """What begins anew when a portfolio trades again: its peak, or nothing."""

    NOTHING = "nothing"
    PEAK = "peak"


class Guard(NamedTuple):
    """The deepest drawdown that is allowed, in dollars and in percent; None where there is none."""

    limit: Decimal | None = None
    limit_percent: Decimal | None = None

    @property
    def is_set(self) -> bool:
        return self.limit is not None or self.limit_percent is not None


NO_GUARD = Guard()


class Standing(NamedTuple):
    """Equity and P&L beside their peaks, in dollars.

    `index_peak` is the equity at which the time-weighted index would be at its highest.
    """

    equity: Decimal
    profit: Decimal
    index_peak: Decimal
    peak_profit: Decimal

    @property
    def drawdown(self) -> Decimal:
        """Dollars of P&L below its peak."""
        return max(self.peak_profit - self.profit, ZERO)

    @property
    def drawdown_percent(self) -> Decimal:
        """Percent of the peak of the index, 0 to 100, rounded down to hundredths."""
        if self.index_peak <= ZERO or self.equity >= self.index_peak:
            return ZERO
        fallen = _PERCENT * (self.index_peak - self.equity) / self.index_peak
        return fallen.quantize(_SHOWN_PERCENT, ROUND_DOWN)

    def after(self, equity: Decimal, profit: Decimal) -> Self:
        """Once it is worth that, without a flow."""
        return type(self)(
            equity, profit, max(self.index_peak, equity), max(self.peak_profit, profit)
        )

    def after_flow(self, amount: Decimal) -> Self:
        """Once these dollars were paid in, or out where negative: its drawdowns stay as they are.

        Rounded so that no drawdown grows. Equity that is gone ends the index; cash begins another.
        """
        equity = self.equity + amount
        peak = max(equity, ZERO)
        if self.equity > ZERO and equity > ZERO:
            with localcontext(prec=_PEAK_DIGITS):
                scaled = self.index_peak * equity / self.equity
                peak = max(min(scaled, _LARGEST_PEAK).quantize(_PEAK_STEP, ROUND_DOWN), equity)
        return type(self)(equity, self.profit, peak, self.peak_profit)


def alert(guard: Guard, standing: Standing) -> Alert:
    """How near the standing is to the nearest limit of the guard."""
    if not guard.is_set:
        return Alert.NONE
    if _reaches(guard, standing, Decimal(1)):
        return Alert.REACHED
    return Alert.WARNING if _reaches(guard, standing, WARNED_AT) else Alert.NONE


def reason(guard: Guard, standing: Standing, whose: str = "") -> str:
    """Say which limits a standing reaches; `whose` drawdown it is, with a space before it."""
    said = []
    if guard.limit is not None and standing.drawdown >= guard.limit:
        said.append(f"of {plain(standing.drawdown)} dollars reaches {plain(guard.limit)}")
    if guard.limit_percent is not None and _percent_reaches(guard.limit_percent, standing):
        said.append(f"of {plain(standing.drawdown_percent)}% reaches {plain(guard.limit_percent)}%")
    return f"drawdown{whose} {' and '.join(said)}"


def check_reactivation(guard: Guard, standing: Standing, resets: Reset, whose: str = "") -> None:
    """Raise `DrawdownLimitReached` where the guard would pause it again at once."""
    if resets is Reset.NOTHING and alert(guard, standing) is Alert.REACHED:
        raise DrawdownLimitReached(
            f"resets: the {reason(guard, standing, whose)}: reset the peak, or change the limit"
        )


def _reaches(guard: Guard, standing: Standing, part: Decimal) -> bool:
    in_dollars = guard.limit is not None and standing.drawdown >= guard.limit * part
    percent = guard.limit_percent
    return in_dollars or (percent is not None and _percent_reaches(percent * part, standing))


def _percent_reaches(percent: Decimal, standing: Standing) -> bool:
    fallen = standing.index_peak - standing.equity
    with localcontext(prec=_PEAK_DIGITS):
        return fallen > ZERO and fallen * _PERCENT >= percent * standing.index_peak
