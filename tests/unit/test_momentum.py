"""The momentum strategy: its band, its drift, its confidence and its words."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import Outcome
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Feature
from prescient.core.strategies.momentum import MomentumConfiguration, decide
from prescient.core.strategies.protocol import Opinion
from tests.builders import candidate, view


def opinion(configuration: dict[str, Any] | None = None, **changes: Any) -> Opinion | None:
    found = decide([candidate(**changes)], view(), MomentumConfiguration(**configuration or {}))
    return found[0] if found else None


def feature(reference: str) -> Feature:
    return Feature(D(reference), D(reference), None, 3)


def test_buys_the_favoured_side_within_the_band() -> None:
    found = opinion()
    assert found is not None
    assert (found.outcome, found.confidence, found.win_probability) == (
        Outcome.YES,
        D("0.775"),
        D("0.775"),
    )
    assert found.reason == (
        "YES at 0.775 has conviction 0.55 within [0.5, 0.6] and drifted 0.01 over 24 h"
    )


def test_the_other_side_is_favoured_when_no_is_dearer() -> None:
    found = opinion(
        yes_price=D("0.22"), no_price=D("0.78"), mark=D("0.22"), one_day_price_change=D("-0.01")
    )
    assert found is not None
    assert found.outcome is Outcome.NO


@pytest.mark.parametrize(
    ("yes", "inside"), [("0.74", False), ("0.75", True), ("0.80", True), ("0.81", False)]
)
def test_band_of_the_default_configuration(yes: str, inside: bool) -> None:
    assert (opinion(yes_price=D(yes), no_price=1 - D(yes)) is not None) is inside


@pytest.mark.parametrize(
    ("min_confidence", "band"),
    [
        ("0.75", ("0.50", "0.60")),
        ("0.60", ("0.20", "0.60")),
        ("0.80", ("0.50", "0.70")),
        ("0.95", ("0.50", "1.00")),
    ],
)
def test_default_band_follows_min_confidence(min_confidence: str, band: tuple[str, str]) -> None:
    lowest, highest = MomentumConfiguration(min_confidence=D(min_confidence)).conviction_band
    assert (lowest, highest) == (D(band[0]), D(band[1]))


def test_drift_comes_from_the_tape_before_the_exchange() -> None:
    falling = {24: feature("0.80")}
    assert opinion(features=falling) is None
    assert opinion({"min_drift": D("-0.03")}, features=falling) is not None


def test_drift_is_that_of_the_chosen_lookback() -> None:
    features = {24: feature("0.70"), 72: feature("0.80")}
    assert opinion({"lookback_hours": 24}, features=features) is not None
    assert opinion({"lookback_hours": 72}, features=features) is None


def test_a_missing_change_is_no_drift() -> None:
    assert opinion(one_day_price_change=None) is not None
    assert opinion({"min_drift": D("0.01")}, one_day_price_change=None) is None


def test_min_confidence_binds_inside_a_wider_band() -> None:
    wide = {"min_conviction": D("0.2"), "max_conviction": D("0.9")}
    assert opinion(wide | {"min_confidence": D("0.78")}) is None
    assert opinion(wide | {"min_confidence": D("0.77")}) is not None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"min_confidance": 0.8}, r"strategy_config\.min_confidance: is not known"),
        ({"min_confidence": 1.5}, r"strategy_config\.min_confidence: must be at most 1"),
        ({"trade_amount": "NaN"}, r"strategy_config\.trade_amount"),
        ({"trade_amount": -5}, r"strategy_config\.trade_amount: must be above 0"),
        ({"lookback_hours": 25}, r"strategy_config\.lookback_hours"),
        ({"stop_loss_percentage": 1}, r"strategy_config\.stop_loss_percentage"),
        (
            {"stop_loss_percentage": "0.0009"},
            r"strategy_config\.stop_loss_percentage: must be at least 0\.001",
        ),
        (
            {"min_conviction": 0.7, "max_conviction": 0.6},
            "min_conviction: 0.7 is above max_conviction 0.6",
        ),
        (
            {"min_confidence": 0.9, "max_conviction": 0.6},
            "min_confidence: 0.9 needs a conviction above",
        ),
    ],
)
def test_bad_configuration_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        registry.configuration("momentum", values)


def test_unknown_strategy_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match="strategy_type: 'momentun' is not one of momentum"):
        registry.find("momentun")
