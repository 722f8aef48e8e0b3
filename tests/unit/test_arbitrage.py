"""Arbitrage: what guarantees a gain, and what only looks like it."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome, Quote
from prescient.core.strategies import registry
from prescient.core.strategies.arbitrage import ArbitrageConfiguration, decide
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.protocol import LegGroup
from tests.builders import NOON, candidate, view
from tests.opportunities import (
    CHEAP_PAIR,
    EVERY_YES,
    IN_HALF_A_YEAR,
    SEVERAL_NO,
    book,
    siblings,
    two_books,
)


def groups(shown: list[Candidate], **configuration: Any) -> list[LegGroup]:
    return decide(shown, view(), ArbitrageConfiguration(**configuration))


def legs(group: LegGroup) -> list[tuple[str, str]]:
    return [(leg.candidate.market_id, leg.outcome.value) for leg in group.legs]


def test_both_sides_of_a_market_below_a_dollar() -> None:
    (group,) = groups([two_books(*CHEAP_PAIR)])
    assert legs(group) == [("m1", "yes"), ("m1", "no")]
    assert (group.guarantee.payout, group.confidence) == (D(1), D(1))
    assert group.reason == (
        "YES and NO of one market cost 0.98 a share with fees and pay 1 by 2026-03-31: "
        "an edge of 0.02, 24.8% a year"
    )


def test_a_mirrored_quote_guarantees_nothing() -> None:
    """Gamma's NO is 1 − YES; even a quote that crosses itself is no second book."""
    assert groups([candidate(quote=Quote(D("0.50"), D("0.45")))]) == []
    only_yes = {Outcome.YES: book("0.44", "0.45")}
    assert groups([candidate(books=only_yes, quote=Quote(D("0.60"), D("0.61")))]) == []


@pytest.mark.parametrize(
    ("no_ask", "rate", "found"),
    [
        ("0.54", "0", True),
        ("0.545", "0", False),  # 0.995 is not below 1 − 0.005
        ("0.53", "0.03", True),  # fees 0.03 × (0.2475 + 0.2491) = 0.0149
        ("0.53", "0.031", False),  # 0.98 + 0.0154
    ],
)
def test_fees_count_and_min_edge_is_exceeded(no_ask: str, rate: str, found: bool) -> None:
    shown = two_books(("0.44", "0.45"), ("0.5", no_ask), fee=FeeSchedule(D(rate)))
    assert bool(groups([shown])) is found


@pytest.mark.parametrize(("side", "quote"), [("yes", ("0.44", "1")), ("no", ("0.52", "1"))])
def test_a_missing_ask_is_no_signal(side: str, quote: tuple[str, str]) -> None:
    yes, no = CHEAP_PAIR
    assert groups([two_books(quote if side == "yes" else yes, quote if side == "no" else no)]) == []


def test_every_yes_of_a_complete_event() -> None:
    (group,) = groups(siblings(EVERY_YES))
    assert legs(group) == [("m1", "yes"), ("m2", "yes"), ("m3", "yes")]
    assert group.guarantee.payout == 1
    assert group.reason.startswith("YES of all 3 open markets of a complete event cost 0.96 a")
    assert group.subject == "event-e1"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"augmented": True}, "an outcome may still be added"),
        ({"neg_risk": False}, "several may win"),
        ({"markets": 4}, "a market is hidden, a placeholder or unreadable"),
        (
            {"markets": 4, "open_markets": frozenset({"m1", "m2", "m3", "m4"})},
            "one is no candidate",
        ),
    ],
)
def test_an_event_that_is_not_complete_guarantees_nothing(facts: dict[str, Any], why: str) -> None:
    assert groups(siblings(EVERY_YES, facts)) == [], why


def test_markets_closed_as_no_complete_an_event() -> None:
    assert groups(siblings(EVERY_YES, {"markets": 5})) == []
    (group,) = groups(siblings(EVERY_YES, {"markets": 5, "closed_as_no": 2}))
    assert len(group.legs) == 3


def test_a_yes_without_ask_or_without_any_quote_stops_them_all() -> None:
    assert groups(siblings([*EVERY_YES, ("0.00", "1")])) == []
    shown = siblings([*EVERY_YES, ("0.00", "0.01")])
    assert len(groups(shown)) == 1
    assumed = candidate(
        market_id=shown[3].market_id, quote=None, mark=D("0.005"), event=shown[3].event,
        neg_risk=True,
    )  # fmt: skip
    assert groups([*shown[:3], assumed]) == []


def test_no_legs_of_markets_that_exclude_each_other() -> None:
    """NO at 0.38 and 0.59 cost 0.97 and pay 1; the third at 0.99 would add 0.01 for 0.99."""
    (group,) = groups(siblings(SEVERAL_NO))
    assert legs(group) == [("m1", "no"), ("m2", "no")]
    assert group.guarantee.payout == 1
    assert group.reason == (
        "NO of 2 markets that exclude each other cost 0.97 a share with fees and pay 1 by "
        "2026-08-31: an edge of 0.03, 6.2% a year"
    )


def test_more_no_legs_where_they_return_more() -> None:
    """Bids 0.40, 0.35, 0.30: two legs leave nothing, three cost 1.95 and pay 2."""
    (group,) = groups(siblings([("0.40", "0.42"), ("0.35", "0.37"), ("0.30", "0.32")]))
    assert (len(group.legs), group.guarantee.payout) == (3, D(2))


def test_no_legs_need_no_complete_event() -> None:
    facts = {"augmented": True, "markets": 9}
    assert len(groups(siblings(SEVERAL_NO, facts))) == 1
    assert groups(siblings(SEVERAL_NO, {"neg_risk": False})) == []


def test_capital_that_is_locked_for_long_must_return_more() -> None:
    """0.96 a share returns 4.17% in half a year."""
    assert groups(siblings(EVERY_YES), min_annual_return=D("0.0834")) == []
    assert len(groups(siblings(EVERY_YES), min_annual_return=D("0.0833"))) == 1


def test_capital_is_locked_until_the_later_of_market_and_event_end() -> None:
    shown = two_books(*CHEAP_PAIR, event_end_date=NOON + timedelta(days=3650))
    assert groups([shown]) == []
    assert len(groups([two_books(*CHEAP_PAIR, event_end_date=None)])) == 1


def test_no_market_is_in_two_groups_and_the_best_return_wins() -> None:
    """m1 alone returns more than all YES of its event together."""
    shown = siblings(EVERY_YES)
    books = {Outcome.YES: book("0.18", "0.20"), Outcome.NO: book("0.60", "0.70")}
    first = candidate(market_id=MarketId("m1"), books=books, neg_risk=True, event=shown[0].event,
                      end_date=IN_HALF_A_YEAR, event_end_date=IN_HALF_A_YEAR)  # fmt: skip
    found = groups([first, *shown[1:]])
    assert [group.subject for group in found] == ["market-m1"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"min_edge": 0}, r"strategy_config\.min_edge: must be above 0"),
        ({"min_edge": 1}, r"strategy_config\.min_edge: must be below 1"),
        ({"min_annual_return": -1}, r"strategy_config\.min_annual_return"),
        ({"edge": 0.1}, r"strategy_config\.edge: is not known"),
    ],
)
def test_bad_configuration_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        registry.configuration("arbitrage", values)
