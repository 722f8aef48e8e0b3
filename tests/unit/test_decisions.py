"""From candidates to signals: the common filters, holdings, order and places."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.deciding.decisions import Decision, decide
from prescient.core.market.markets import MarketId, Outcome, Quote
from prescient.core.portfolio.portfolios import Limits
from prescient.core.portfolio.positions import Action
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import HeldPosition, Opinion, Strategy
from tests.builders import NOON, candidate, position, view
from tests.opportunities import EVERY_YES, book, siblings, strayed


def decision(
    candidates: list[Candidate],
    configuration: dict[str, Any] | None = None,
    strategy_type: str = "momentum",
    **seen: Any,
) -> Decision:
    parsed = registry.configuration(strategy_type, configuration or {})
    return decide(registry.find(strategy_type), parsed, candidates, view(**seen))


def test_a_signal_carries_target_amount_and_reason() -> None:
    (signal,) = decision([candidate()]).signals
    assert (signal.action, signal.target_price, signal.amount) == (
        Action.BUY_YES,
        D("0.78"),
        D(100),
    )
    assert signal.reason.startswith("YES at 0.775")


@pytest.mark.parametrize(
    ("stage", "changes", "configuration"),
    [
        ("market_types", {}, {"market_types": ["crypto"]}),
        ("liquidity", {"liquidity": D("9999.99")}, {}),
        ("volume", {"volume": D("49999.99")}, {}),
        ("spread", {"quote": Quote(D("0.74"), D("0.80"))}, {}),
        ("time_to_end", {"end_date": NOON + timedelta(hours=23)}, {}),
        ("time_to_end", {"end_date": None}, {}),
        (
            "strategy_rule",
            {"yes_price": D("0.5"), "no_price": D("0.5"), "quote": Quote(D("0.49"), D("0.51"))},
            {},
        ),
        ("outcome_price", {"quote": Quote(D("0.10"), D("0.11"))}, {}),
        ("outcome_price", {"no_price": D("0.10")}, {}),
    ],
)
def test_the_funnel_names_the_rule_that_left_it_out(
    stage: str, changes: dict[str, Any], configuration: dict[str, Any]
) -> None:
    found = decision([candidate(**changes)], configuration)
    stages = list(found.funnel)
    assert found.signals == ()
    assert found.funnel[stage] == 0
    assert found.funnel[stages[stages.index(stage) - 1]] == 1


def test_market_types_admit_by_tag() -> None:
    assert len(decision([candidate()], {"market_types": ["crypto", "politics"]}).signals) == 1


def test_held_and_cooling_markets_are_left_out() -> None:
    held = decision([candidate()], positions=(position(),))
    assert (held.funnel["strategy_rule"], held.funnel["already_held"]) == (1, 0)
    cooling = decision([candidate()], exited_by_rule={MarketId("m1"): NOON})
    assert (cooling.funnel["already_held"], cooling.funnel["cooldown"]) == (1, 0)


def test_no_more_signals_than_free_positions_and_the_best_first() -> None:
    candidates = [
        candidate(
            market_id=MarketId(f"m{cents}"), yes_price=D(cents) / 100, no_price=1 - D(cents) / 100
        )
        for cents in (75, 76, 77, 78)
    ]
    held = tuple(position(market_id=MarketId(f"h{place}")) for place in range(3))
    found = decision(candidates, limits=Limits(None, None, 5), positions=held)
    assert [signal.candidate.market_id for signal in found.signals] == ["m78", "m77"]
    assert (found.funnel["cooldown"], found.funnel["emitted"]) == (4, 2)


def arbitrage(candidates: list[Candidate], **seen: Any) -> Decision:
    return decision(candidates, strategy_type="arbitrage", **seen)


def test_legs_share_a_group_its_budget_and_their_shares() -> None:
    found = arbitrage(siblings(EVERY_YES))
    assert [signal.action for signal in found.signals] == [Action.BUY_YES] * 3
    assert {signal.group_id for signal in found.signals} == {"7-1-event-e1"}
    assert {signal.shares for signal in found.signals} == {D("104.15")}
    assert [signal.target_price for signal in found.signals] == [D("0.20"), D("0.30"), D("0.46")]
    assert [signal.amount for signal in found.signals] == [D("20.83"), D("31.25"), D("47.91")]
    assert len({signal.reason for signal in found.signals}) == 1
    assert {(signal.confidence, signal.win_probability) for signal in found.signals} == {
        (D(1), None)
    }


def test_a_group_is_one_decision_and_as_many_positions_as_legs() -> None:
    found = arbitrage(siblings(EVERY_YES))
    assert (found.funnel["strategy_rule"], found.funnel["emitted"]) == (1, 1)
    assert arbitrage(siblings(EVERY_YES), limits=Limits(None, None, 3)).signals
    crowded = arbitrage(siblings(EVERY_YES), limits=Limits(None, None, 2))
    assert (crowded.signals, crowded.funnel["sized"], crowded.funnel["emitted"]) == ((), 1, 0)


def test_one_held_or_cooling_leg_stops_its_group() -> None:
    held = arbitrage(siblings(EVERY_YES), positions=(position(market_id=MarketId("m2")),))
    assert (held.signals, held.funnel["already_held"]) == ((), 0)
    cooling = arbitrage(siblings(EVERY_YES), exited_by_rule={MarketId("m2"): NOON})
    assert (cooling.signals, cooling.funnel["cooldown"]) == ((), 0)


def test_a_group_that_fits_no_budget_is_not_bought_in_part() -> None:
    found = arbitrage(siblings(EVERY_YES), cash=D("4.50"))
    assert (found.signals, found.funnel["cooldown"], found.funnel["sized"]) == ((), 1, 0)


def test_a_market_that_a_strategy_proposes_twice_is_decided_once() -> None:
    def both_sides(shown: Sequence[Candidate], *_: Any) -> list[Opinion]:
        return [
            Opinion(listed, side, confidence, None, "because")
            for listed in shown
            for side, confidence in ((Outcome.YES, D("0.8")), (Outcome.NO, D("0.9")))
        ]

    torn = Strategy("torn", StrategyConfiguration, both_sides)
    found = decide(torn, StrategyConfiguration(), [candidate()], view())
    assert [signal.action for signal in found.signals] == [Action.BUY_NO]
    assert (found.funnel["sized"], found.funnel["emitted"]) == (2, 1)


def reverting(mark: str = "0.49", **changes: Any) -> HeldPosition:
    """YES held, and back near its mean."""
    shown = strayed(mark, **changes)
    return position(strategy_type="mean_reversion", shares=D("33.33"), candidate=shown)


def mean_reversion(candidates: list[Candidate], **seen: Any) -> Decision:
    return decision(candidates, strategy_type="mean_reversion", **seen)


def test_a_sale_names_its_shares_and_what_they_bring_at_the_bid() -> None:
    found = mean_reversion([], positions=(reverting(),))
    (sale,) = found.signals
    assert (sale.action, sale.target_price, sale.shares) == (
        Action.SELL_YES,
        D("0.485"),
        D("33.33"),
    )
    assert sale.amount == D("16.16")  # 33.33 × 0.485 = 16.16505
    assert sale.reason.startswith("YES, bought at 0.78, is back")
    assert list(found.funnel.items())[-2:] == [("emitted", 0), ("exits", 1)]


def test_no_is_sold_at_its_own_bid() -> None:
    shown = strayed("0.51", quote=Quote(D("0.50"), D("0.52")))
    held = position(outcome=Outcome.NO, strategy_type="mean_reversion", candidate=shown)
    (sale,) = mean_reversion([], positions=(held,)).signals
    assert (sale.action, sale.target_price) == (Action.SELL_NO, D("0.48"))


@pytest.mark.parametrize("quote", [None, Quote(D(0), D("0.50"))])
def test_nothing_is_sold_without_a_bid(quote: Quote | None) -> None:
    assert mean_reversion([], positions=(reverting(quote=quote),)).signals == ()


def test_what_brings_no_cent_is_not_sold() -> None:
    held = reverting()._replace(shares=D("0.02"))
    assert mean_reversion([], positions=(held,)).signals == ()


def test_a_market_that_is_sold_is_not_bought_in_the_same_cycle() -> None:
    """YES is held and back; NO would be cheap enough to buy."""
    shown = strayed("0.60", market_id=MarketId("m1"))
    found = mean_reversion([shown], positions=(reverting()._replace(candidate=shown),))
    assert [signal.action for signal in found.signals] == [Action.SELL_YES]
    assert found.funnel["already_held"] == 0


def test_a_paused_portfolio_sells_and_buys_nothing() -> None:
    bargain = strayed("0.40", market_id=MarketId("m2"))
    assert len(mean_reversion([bargain]).signals) == 1
    found = mean_reversion([bargain], positions=(reverting(),), paused=True)
    assert [signal.action for signal in found.signals] == [Action.SELL_YES]
    assert found.funnel == {"candidates": 1, "paused": 0, "emitted": 0, "exits": 1}


def test_signals_name_the_best_ask_of_the_book_before_the_listed_quote() -> None:
    books = {Outcome.YES: book("0.77", "0.785", "0.79")}
    (signal,) = decision([candidate(books=books)]).signals
    assert signal.target_price == D("0.785")


def test_the_wider_spread_of_both_outcomes_counts() -> None:
    books = {Outcome.NO: book("0.10", "0.23")}
    assert decision([candidate(books=books)]).funnel["spread"] == 0
