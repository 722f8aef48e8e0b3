"""Hybrid: who votes, with what weight, and what the vote must reach."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import Outcome
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.hybrid import HybridConfiguration, decide
from prescient.core.strategies.protocol import Opinion
from tests.builders import view
from tests.opportunities import agreed


def opinion(shown: Candidate, **configuration: Any) -> Opinion | None:
    found = decide([shown], view(), HybridConfiguration(**configuration))
    return found[0] if found else None


def test_two_that_agree() -> None:
    """momentum 0.775; z = (0.775 − 0.88) / 0.035 = −3, so mean_reversion 0.85: mean 0.8125."""
    found = opinion(agreed())
    assert found is not None
    assert (found.outcome, found.confidence) == (Outcome.YES, D("0.8125"))
    assert found.win_probability is None
    assert found.reason == (
        "YES by a vote of 0.8125 between momentum 0.775 (weight 1), mean_reversion 0.85 "
        "(weight 1), NO below 0"
    )


def test_two_that_disagree_cancel_out() -> None:
    """z = 3: mean_reversion would buy NO, so the vote is (0.775 − 0.85) / 2."""
    assert opinion(agreed("0.67")) is None
    found = opinion(agreed("0.67"), min_confidence=D("0.03"))
    assert found is not None
    assert (found.outcome, found.confidence) == (Outcome.NO, D("0.0375"))


def test_one_voter_is_not_enough_unless_asked() -> None:
    alone = agreed(features={})
    assert opinion(alone) is None
    found = opinion(alone, min_voters=1)
    assert found is not None
    assert found.confidence == D("0.775")


@pytest.mark.parametrize(
    ("weights", "vote"),
    [
        ({"momentum": 3}, "0.7937"),  # (3 × 0.775 + 0.85) / 4 = 0.79375
        ({"mean_reversion": 2}, "0.825"),
        ({"momentum": "0.5", "mean_reversion": "0.5"}, "0.8125"),
    ],
)
def test_weights_move_the_vote(weights: dict[str, Any], vote: str) -> None:
    found = opinion(agreed(), weights=weights)
    assert found is not None
    assert found.confidence == D(vote)


def test_a_strategy_without_weight_has_no_vote() -> None:
    found = opinion(agreed("0.67"), weights={"mean_reversion": 0}, min_voters=1)
    assert found is not None
    assert (found.outcome, found.confidence) == (Outcome.YES, D("0.775"))


def test_the_vote_must_reach_min_confidence() -> None:
    assert opinion(agreed(), min_confidence=D("0.8125")) is not None
    assert opinion(agreed(), min_confidence=D("0.8126")) is None


def test_each_voter_has_its_own_keys() -> None:
    assert opinion(agreed(), momentum={"min_drift": 0.02}) is None
    assert opinion(agreed(), mean_reversion={"entry_z": "3.01"}) is None
    assert opinion(agreed(), momentum={"min_confidence": 0.78, "max_conviction": 0.9}) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weights": {"arbitrage": 1}}, r"strategy_config\.weights\.arbitrage: is not known"),
        ({"weights": {"momentum": -1}}, r"strategy_config\.weights\.momentum"),
        ({"weights": {"momentum": 0}}, "min_voters: 2 is more than the 1 strategies"),
        ({"min_voters": 3}, r"strategy_config\.min_voters"),
        (
            {"momentum": {"trade_amount": 5}},
            r"strategy_config\.momentum\.trade_amount: is not known",
        ),
        (
            {"mean_reversion": {"exit_z": 0}},
            r"strategy_config\.mean_reversion\.exit_z: is not known",
        ),
        ({"mean_reversion": {"entry_z": 9}}, "entry_z: 9 is above max_z"),
        ({"min_conviction": 0.5}, r"strategy_config\.min_conviction: is not known"),
    ],
)
def test_bad_configuration_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        registry.configuration("hybrid", values)
