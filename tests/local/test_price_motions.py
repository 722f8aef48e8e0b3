"""Only what is put in beats the simulated exchange: lag, swing, and dips of groups."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache

import pytest

from local.exchange import anomalies
from local.exchange.beliefs import Belief
from local.exchange.oddities import Oddity
from local.exchange.prices import (
    HALF,
    QUIET,
    SHARES,
    YES,
    FairPrice,
    GroupMember,
    Jumping,
    Martingale,
    Motion,
    Reverting,
    Trending,
    single,
)
from local.exchange.questions import Question, Topic
from local.exchange.quotes import DOLLAR
from local.exchange.simulated import EPOCH
from local.exchange.topics import write_topic

HOURS = 20 * 24
QUESTIONS = 1200
HALFWAY = 0.5
FAIR = (Motion.MARTINGALE, Motion.JUMPING)


@pytest.fixture(scope="module")
def topics() -> list[Topic]:
    """With all anomalies, which are no profit either."""
    life, shares = timedelta(days=20), anomalies.SHARES
    return [write_topic(1, number, EPOCH, life, shares) for number in range(1500)]


def _questions(topics: Iterable[Topic]) -> list[Question]:
    """Those that are traded."""
    return [
        asked
        for topic in topics
        for asked in topic.questions
        if not asked.placeholder and Oddity.WITHOUT_BOOK not in asked.oddities
    ]


@cache
def _prices(motion: Motion) -> list[tuple[FairPrice, Belief]]:
    sharpness = QUIET if motion is Motion.REVERTING else 1.0
    beliefs = [
        Belief([0.5, 0.48, 0.02], sharpness, f"{motion}:{number}", depth=10)
        for number in range(QUESTIONS)
    ]
    return [
        (single(belief, motion, f"{motion}:{number}", HOURS), belief)
        for number, belief in enumerate(beliefs)
    ]


def _payoff(belief: Belief) -> float:
    return {YES: 1.0, HALF: 0.5}.get(belief.truth, 0.0)


def _errors(values: Sequence[float]) -> float:
    """The mean in its standard errors."""
    return statistics.mean(values) / (statistics.stdev(values) / math.sqrt(len(values)))


@pytest.mark.parametrize("motion", Motion)
def test_no_price_drifts_on_average(motion: Motion) -> None:
    moves = [price.at(0.8) - price.at(HALFWAY) for price, _ in _prices(motion)]
    assert abs(_errors(moves)) < 3


@pytest.mark.parametrize("motion", Motion)
def test_a_price_is_worth_what_it_pays_on_average(motion: Motion) -> None:
    profits = [_payoff(belief) - price.at(HALFWAY) for price, belief in _prices(motion)]
    assert abs(_errors(profits)) < 3


@pytest.mark.parametrize("motion", Motion)
def test_a_price_ends_at_its_resolution(motion: Motion) -> None:
    for price, belief in _prices(motion)[:200]:
        assert price.at(1.0) == pytest.approx(_payoff(belief), abs=0.001)


def _later_moves(motion: Motion, hours: float) -> tuple[list[float], list[float]]:
    """Moves over the next hours: in the direction of the last ones, and away from the mean."""
    step = hours / HOURS
    onwards, away = [], []
    for price, _ in _prices(motion):
        now, later = price.at(HALFWAY), price.at(HALFWAY + step)
        past = [price.at(HALFWAY - number * step / 2) for number in range(1, 13)]
        onwards.append((later - now) * _sign(now - past[1]))
        away.append((later - now) * _sign(now - statistics.mean(past)))
    return onwards, away


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


@pytest.mark.parametrize("motion", FAIR)
def test_the_past_of_a_martingale_tells_nothing(motion: Motion) -> None:
    onwards, away = _later_moves(motion, hours=24)
    assert abs(_errors(onwards)) < 3
    assert abs(_errors(away)) < 3


def test_a_trending_price_goes_on_as_it_went() -> None:
    onwards, _ = _later_moves(Motion.TRENDING, hours=24)
    assert _errors(onwards) > 5


def test_a_reverting_price_comes_back_to_its_mean() -> None:
    _, away = _later_moves(Motion.REVERTING, hours=12)
    assert _errors(away) < -5


def test_a_jumping_price_stands_still_between_news() -> None:
    price, _ = _prices(Motion.JUMPING)[0]
    seen = Counter(price.at(number / 2000) for number in range(2000))
    assert len(seen) <= 10


def test_motions_have_their_shares(topics: list[Topic]) -> None:
    kinds = Counter(type(asked.price) for asked in _questions(topics))
    del kinds[GroupMember]
    names = {
        Motion.MARTINGALE: Martingale,
        Motion.JUMPING: Jumping,
        Motion.TRENDING: Trending,
        Motion.REVERTING: Reverting,
    }
    for motion, share in SHARES.items():
        error = math.sqrt(share * (1 - share) / kinds.total())
        assert abs(kinds[names[motion]] / kinds.total() - share) < 3 * error


def test_fair_quotes_neither_drift_nor_pay_more_than_they_cost(topics: list[Topic]) -> None:
    """What is served: the middle of all that neither trends nor reverts."""
    drifts, profits = [], []
    for asked in _questions(topics):
        if isinstance(asked.price, Trending | Reverting):
            continue
        start, life = asked.calendar.start, asked.calendar.end - asked.calendar.start
        now, later = (asked.quote(start + share * life).price for share in (HALFWAY, 0.7))
        drifts.append(later - now)
        profits.append(asked.answer - now)
    assert len(drifts) > 2000
    assert abs(_errors(drifts)) < 3
    assert abs(_errors(profits)) < 3


def test_prices_end_at_their_resolution(topics: list[Topic]) -> None:
    missed = [
        abs(asked.quote(asked.calendar.end).price - asked.answer)
        for topic in topics
        if not topic.augmented  # whose answer may have no question
        for asked in _questions([topic])
    ]
    assert len(missed) > 2000
    assert max(missed) <= 0.01


def test_buying_everything_at_the_ask_loses(topics: list[Topic]) -> None:
    """Both outcomes of every market: together they pay a dollar, and cost the spread more."""
    costs, profits = [], []
    for asked in _questions(topics):
        quote = asked.quote(asked.calendar.start + HALFWAY * (asked.calendar.end - EPOCH))
        yes = asked.answer - quote.ask / DOLLAR
        no = (1 - asked.answer) - (1 - quote.bid / DOLLAR)
        costs.append(yes + no)
        profits.append(yes if quote.price > HALFWAY else no)
    assert max(costs) < 0
    assert _errors(profits) < 3


def test_a_true_arbitrage_is_rare(topics: list[Topic]) -> None:
    """The shares of a complete group's moments at which it is one, fees left aside.

    All YES for less than their dollar, or all NO for less than theirs: what all bids exceed it by.
    """
    groups = [topic for topic in topics if topic.neg_risk and not topic.augmented]
    quotes = [
        [
            asked.quote(EPOCH + place / 40 * (topic.calendar.end - EPOCH))
            for asked in topic.questions
        ]
        for topic in groups
        for place in range(1, 40)
    ]
    every_yes = [sum(quote.ask for quote in shown) < 0.995 * DOLLAR for shown in quotes]
    every_no = [sum(quote.bid for quote in shown) > 1.005 * DOLLAR for shown in quotes]
    assert len(quotes) > 9000
    assert 0.01 < statistics.mean(every_yes) < 0.025
    assert 0 < statistics.mean(every_no) < 0.005
