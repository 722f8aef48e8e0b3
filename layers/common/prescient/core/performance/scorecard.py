"""Whether a portfolio is worth real money, point by point and with its numbers.

There is no grade of the whole: one red point is named, however good the others are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from prescient.core.performance.comparison import Difference, Verdict
from prescient.core.performance.drawdown import Drawdown
from prescient.core.performance.estimates import Estimate

LEAST_DAYS_OF_RECORD = 90
LEAST_TRADES = 50
LEAST_RESOLVED = 30
DEEPEST_DRAWDOWN = 0.2
LEAST_DEFLATED_SHARPE = 0.95
LIKELY_LUCK = 0.5
MOST_WITHOUT_BOOK = 0.25


class Subject(StrEnum):
    """What a point is about."""

    DAYS = "days"
    TRADES = "trades"
    RESOLVED = "resolved_markets"
    DRAWDOWN = "max_drawdown"
    TO_RANDOM = "difference_to_random"
    TO_PRICES = "difference_to_prices"
    DEFLATED_SHARPE = "deflated_sharpe_ratio"
    WITHOUT_BOOK = "profit_without_book"
    RECONCILED = "books_reconcile"


class Colour(StrEnum):
    """`green` speaks for it, `red` against it; `grey` cannot be said yet."""

    GREEN = "green"
    GREY = "grey"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a scorecard judges; None is what is not known yet."""

    days: int
    trades: int
    resolved_markets: int
    max_drawdown: Drawdown | None
    to_random: Difference | None
    to_prices: Estimate | None
    deflated_sharpe: float | None
    share_without_book: float | None
    reconciled: bool | None


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its number, where it has one, and what it says."""

    subject: Subject
    colour: Colour
    number: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All points, in a fixed order."""

    points: tuple[Point, ...]

    @property
    def sentence(self) -> str:
        """What stands against real money, by name; what is not known yet, where nothing does."""
        for colour, says in ((Colour.RED, "speaks against it"), (Colour.GREY, "is not known yet")):
            named = [
                point.subject.replace("_", " ") for point in self.points if point.colour is colour
            ]
            if named:
                return f"Not worth real money: {', '.join(named)} {says}."
        return "Every point speaks for it."


def scorecard(facts: Facts) -> Scorecard:
    """Judge a portfolio by each point alone."""
    return Scorecard(tuple(_points(facts)))


def _points(facts: Facts) -> Iterator[Point]:
    yield _enough(Subject.DAYS, facts.days, LEAST_DAYS_OF_RECORD)
    yield _enough(Subject.TRADES, facts.trades, LEAST_TRADES)
    yield _enough(Subject.RESOLVED, facts.resolved_markets, LEAST_RESOLVED)
    yield _drawdown(facts.max_drawdown, facts.days)
    yield _to_random(facts.to_random)
    yield _to_prices(facts.to_prices)
    yield _deflated_sharpe(facts.deflated_sharpe)
    yield _without_book(facts.share_without_book)
    yield _reconciled(facts.reconciled)


def _enough(subject: Subject, number: int, least: int) -> Point:
    colour = Colour.GREEN if number >= least else Colour.GREY
    return Point(subject, colour, float(number), f"{number} of at least {least}")


def _drawdown(fall: Drawdown | None, days: int) -> Point:
    if not days:
        return Point(Subject.DRAWDOWN, Colour.GREY, None, "no day has ended yet")
    fraction = fall.fraction if fall else 0.0
    colour = Colour.GREEN if fraction <= DEEPEST_DRAWDOWN else Colour.RED
    says = f"{fraction:.1%} of at most {DEEPEST_DRAWDOWN:.0%}"
    return Point(Subject.DRAWDOWN, colour, fraction, says)


def _to_random(difference: Difference | None) -> Point:
    if difference is None or difference.told is None:
        return Point(Subject.TO_RANDOM, Colour.GREY, None, "cannot be compared yet")
    colours = {Verdict.BETTER: Colour.GREEN, Verdict.WORSE: Colour.RED}
    told = difference.told
    says = f"{told.mean:+.3%} a day, between {told.low:+.3%} and {told.high:+.3%}"
    return Point(Subject.TO_RANDOM, colours.get(difference.verdict, Colour.GREY), told.mean, says)


def _to_prices(edge: Estimate | None) -> Point:
    if edge is None:
        return Point(Subject.TO_PRICES, Colour.GREY, None, "no probabilities have come true yet")
    red, green = edge.high < 0.0, edge.low > 0.0
    colour = Colour.RED if red else Colour.GREEN if green else Colour.GREY
    says = f"Brier score better by {edge.mean:+.4f}, between {edge.low:+.4f} and {edge.high:+.4f}"
    return Point(Subject.TO_PRICES, colour, edge.mean, says)


def _deflated_sharpe(ratio: float | None) -> Point:
    if ratio is None:
        return Point(Subject.DEFLATED_SHARPE, Colour.GREY, None, "too few days, or too alike")
    red, green = ratio < LIKELY_LUCK, ratio >= LEAST_DEFLATED_SHARPE
    colour = Colour.RED if red else Colour.GREEN if green else Colour.GREY
    says = f"{ratio:.3f} of at least {LEAST_DEFLATED_SHARPE}"
    return Point(Subject.DEFLATED_SHARPE, colour, ratio, says)


def _without_book(share: float | None) -> Point:
    if share is None:
        return Point(Subject.WITHOUT_BOOK, Colour.RED, None, "there is no profit")
    colour = Colour.GREEN if share <= MOST_WITHOUT_BOOK else Colour.RED
    says = f"{share:.0%} of at most {MOST_WITHOUT_BOOK:.0%}"
    return Point(Subject.WITHOUT_BOOK, colour, share, says)


def _reconciled(reconciled: bool | None) -> Point:
    if reconciled is None:
        return Point(Subject.RECONCILED, Colour.GREY, None, "not checked yet")
    colour = Colour.GREEN if reconciled else Colour.RED
    return Point(Subject.RECONCILED, colour, None, "they do" if reconciled else "they do not")
