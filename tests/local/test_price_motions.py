"""Nobody can beat the simulated world but by what is put in: lag, swing, and loose groups."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache

import pytest

from local.exchange.authors import author
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

HOURS = 20 * 24
QUESTIONS = 1200
HALFWAY = 0.5
FAIR = (Motion.MARTINGALE, Motion.JUMPING)


@pytest.fixture(scope="module")
def topics() -> list[Topic]:
    return [author(1, number, EPOCH, timedelta(days=20)) for number in range(1500)]


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
    """What is served: the middle of single questions and of groups that are not loose."""
    drifts, profits = [], []
    for asked in _questions(topics):
        if isinstance(asked.price, Trending | Reverting) or _is_loose(asked):
            continue
        start, life = asked.calendar.start, asked.calendar.end - asked.calendar.start
        now, later = (asked.quote(start + share * life).middle for share in (HALFWAY, 0.7))
        drifts.append(later - now)
        profits.append(asked.answer - now)
    assert len(drifts) > 2000
    assert abs(_errors(drifts)) < 3
    assert abs(_errors(profits)) < 3


def _is_loose(asked: Question) -> bool:
    """Whether its group's prices may add up to far less than 1."""
    if not isinstance(asked.price, GroupMember):
        return False
    heights = [asked.price.wander.at(number / 100) for number in range(80)]
    return min(heights) < 0.98


def test_buying_everything_at_the_ask_loses(topics: list[Topic]) -> None:
    """Both outcomes of every market: together they pay a dollar, and cost the spread more."""
    costs, profits = [], []
    for asked in _questions(topics):
        quote = asked.quote(asked.calendar.start + HALFWAY * (asked.calendar.end - EPOCH))
        yes = asked.answer - quote.ask / DOLLAR
        no = (1 - asked.answer) - (1 - quote.bid / DOLLAR)
        costs.append(yes + no)
        profits.append(yes if quote.middle > HALFWAY else no)
    assert max(costs) < 0
    assert _errors(profits) < 3


def test_few_groups_offer_a_true_arbitrage(topics: list[Topic]) -> None:
    """All YES of a complete group for less than their dollar, fees left aside."""
    offers = []
    for topic in topics:
        if not topic.neg_risk or topic.augmented:
            continue
        for share in (0.2, 0.4, 0.6, 0.8):
            moment = EPOCH + share * (topic.calendar.end - EPOCH)
            asks = sum(asked.quote(moment).ask for asked in topic.questions)
            offers.append(asks < 0.995 * DOLLAR)
    assert 0.01 < statistics.mean(offers) < 0.15
