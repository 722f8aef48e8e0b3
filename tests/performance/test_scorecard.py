"""A scorecard hides no red point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from prescient.core.performance.comparison import Difference, Verdict
from prescient.core.performance.drawdown import Drawdown
from prescient.core.performance.estimates import Estimate
from prescient.core.performance.scorecard import Colour, Facts, Subject, scorecard

DAY = date(2026, 1, 1)
AHEAD = Estimate(0.002, 0.0005, 2.0, 0.001, 0.99, 8)
BEHIND = Estimate(-0.002, 0.0005, 2.0, 0.001, 0.01, 8)
UNSURE = Estimate(0.0002, 0.0005, 2.0, 0.7, 0.6, 8)


def to_random(verdict: Verdict, told: Estimate) -> Difference:
    return Difference(
        first_id=1, second_id=2, last_day=DAY, days=120, verdict=verdict, by_days=told
    )


GOOD = Facts(
    days=120,
    trades=80,
    resolved_markets=60,
    max_drawdown=None,
    to_random=to_random(Verdict.BETTER, AHEAD),
    to_prices=AHEAD,
    deflated_sharpe=0.97,
    share_without_book=0.1,
    reconciled=True,
)


def test_every_point_speaks_for_it() -> None:
    found = scorecard(GOOD)
    assert [point.subject for point in found.points] == list(Subject)
    assert {point.colour for point in found.points} == {Colour.GREEN}
    assert found.sentence == "Every point speaks for it."


@pytest.mark.parametrize(
    ("changes", "subject", "colour"),
    [
        ({"days": 89}, Subject.DAYS, Colour.GREY),
        ({"trades": 49}, Subject.TRADES, Colour.GREY),
        ({"resolved_markets": 0}, Subject.RESOLVED, Colour.GREY),
        (
            {"max_drawdown": Drawdown(0.21, D(1), DAY, DAY, None, 9)},
            Subject.DRAWDOWN,
            Colour.RED,
        ),
        ({"to_random": None}, Subject.TO_RANDOM, Colour.GREY),
        ({"to_random": to_random(Verdict.NOT_YET, UNSURE)}, Subject.TO_RANDOM, Colour.GREY),
        ({"to_random": to_random(Verdict.WORSE, BEHIND)}, Subject.TO_RANDOM, Colour.RED),
        ({"to_prices": None}, Subject.TO_PRICES, Colour.GREY),
        ({"to_prices": UNSURE}, Subject.TO_PRICES, Colour.GREY),
        ({"to_prices": BEHIND}, Subject.TO_PRICES, Colour.RED),
        ({"deflated_sharpe": None}, Subject.DEFLATED_SHARPE, Colour.GREY),
        ({"deflated_sharpe": 0.8}, Subject.DEFLATED_SHARPE, Colour.GREY),
        ({"deflated_sharpe": 0.4}, Subject.DEFLATED_SHARPE, Colour.RED),
        ({"share_without_book": None}, Subject.WITHOUT_BOOK, Colour.RED),
        ({"share_without_book": 0.3}, Subject.WITHOUT_BOOK, Colour.RED),
        ({"reconciled": None}, Subject.RECONCILED, Colour.GREY),
        ({"reconciled": False}, Subject.RECONCILED, Colour.RED),
    ],
)
def test_one_point_is_enough_to_be_named(
    changes: dict[str, object], subject: Subject, colour: Colour
) -> None:
    found = scorecard(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert [p.subject for p in found.points if p.colour is not Colour.GREEN] == [subject]
    assert next(p.colour for p in found.points if p.subject is subject) is colour
    assert subject.replace("_", " ") in found.sentence


def test_what_speaks_against_it_comes_before_what_is_not_known() -> None:
    found = scorecard(replace(GOOD, days=3, reconciled=False))
    assert found.sentence == "Not worth real money: books reconcile speaks against it."


def test_without_a_day_nothing_is_known_of_drawdowns() -> None:
    found = scorecard(replace(GOOD, days=0))
    grey = {point.subject for point in found.points if point.colour is Colour.GREY}
    assert grey == {Subject.DAYS, Subject.DRAWDOWN}
