"""From candidates to signals: the common filters, holdings, order and places."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.decisions import Decision, decide
from prescient.core.markets import MarketId, Quote
from prescient.core.portfolios import Limits
from prescient.core.positions import Action
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.momentum import STRATEGY, MomentumConfiguration
from tests.builders import NOON, candidate, position, view


def decision(
    candidates: list[Candidate], configuration: dict[str, Any] | None = None, **seen: Any
) -> Decision:
    parsed = MomentumConfiguration(**configuration or {})
    return decide(STRATEGY, parsed, candidates, view(**seen))


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
        ("strategy_rule", {"yes_price": D("0.5"), "no_price": D("0.5")}, {}),
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
    cooling = decision([candidate()], cooling=frozenset({MarketId("m1")}))
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


@pytest.mark.parametrize(
    ("configuration", "limits", "amount"),
    [
        ({"trade_amount": 250}, Limits(None, None, 20), "250"),
        ({"trade_amount": 250, "max_position_size": 200}, Limits(None, None, 20), "200"),
        ({"trade_amount": 250, "max_position_size": 200}, Limits(D(150), None, 20), "150"),
        ({"risk_per_trade": 0.02}, Limits(None, None, 20), "200.00"),
        ({"risk_per_trade": 0.02, "stop_loss_percentage": 0.5}, Limits(None, None, 20), "400.00"),
    ],
)
def test_size_of_a_signal(configuration: dict[str, Any], limits: Limits, amount: str) -> None:
    (signal,) = decision([candidate()], configuration, limits=limits).signals
    assert signal.amount == D(amount)
