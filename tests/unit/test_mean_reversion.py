"""Mean reversion: z, its bands, what the way back must pay for, and when it leaves."""

from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import FeeSchedule, Outcome, Quote
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate, Feature
from prescient.core.strategies.mean_reversion import (
    MeanReversionConfiguration,
    confidence,
    decide,
    exits,
)
from prescient.core.strategies.protocol import ExitOpinion, Opinion
from tests.builders import position, view
from tests.opportunities import strayed


def opinion(shown: Candidate, **configuration: Any) -> Opinion | None:
    found = decide([shown], view(), MeanReversionConfiguration(**configuration))
    return found[0] if found else None


def test_buys_yes_below_the_mean_and_no_above_it() -> None:
    low, high = opinion(strayed("0.40")), opinion(strayed("0.60"))
    assert low is not None
    assert high is not None
    assert (low.outcome, high.outcome) == (Outcome.YES, Outcome.NO)
    # z = (0.40 − 0.50) / 0.04 = −2.5; confidence 0.75 + 0.1 × (2.5 − 2.0)
    assert low.confidence == high.confidence == D("0.80")
    assert low.win_probability is None
    assert low.reason == (
        "YES is cheap: YES at 0.4 has z -2.5 against the mean 0.5 (sd 0.04) of 30 hourly marks "
        "over 168 h, and the way back of 0.1 pays spread and fees of 0.01"
    )


@pytest.mark.parametrize(
    ("mark", "trades"),
    [("0.421", False), ("0.42", True), ("0.34", True), ("0.339", False), ("0.50", False)],
)
def test_z_lies_within_entry_and_max(mark: str, trades: bool) -> None:
    """sd 0.04: z −2 at 0.42, z −4 at 0.34."""
    assert (opinion(strayed(mark)) is not None) is trades


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"features": {}}, "no past"),
        ({"features": {168: Feature(D("0.5"), D("0.5"), D("0.04"), 19)}}, "too few marks"),
        ({"features": {168: Feature(D("0.5"), D("0.5"), None, 30)}}, "no sd"),
        ({"features": {168: Feature(D("0.5"), D("0.43"), D("0.0099"), 30)}}, "sd below a tick"),
        ({"features": {72: Feature(D("0.5"), D("0.5"), D("0.04"), 30)}}, "another lookback"),
    ],
)
def test_a_past_that_shows_nothing_is_no_opinion(changes: dict[str, Any], why: str) -> None:
    assert opinion(strayed("0.40", **changes)) is None, why


@pytest.mark.parametrize(("mark", "trades"), [("0.049", False), ("0.05", True)])
def test_nearly_certain_prices_are_left_alone(mark: str, trades: bool) -> None:
    past = {168: Feature(D("0.1"), D("0.11"), D("0.02"), 30)}
    assert (opinion(strayed(mark, features=past)) is not None) is trades


def test_the_way_back_must_pay_spread_both_fees_and_a_cent() -> None:
    """Spread 0.01, fee 0.04 × p(1 − p) at the ask 0.405 and at the mean 0.50, and 0.01 more."""
    past = {168: Feature(D("0.4"), D("0.4392"), D("0.0196"), 30)}
    fee = FeeSchedule(D("0.04"))
    # way back 0.0392; 0.01 + 0.04·0.405·0.595 + 0.04·0.4392·0.5608 + 0.01 = 0.0394911…
    assert opinion(strayed("0.40", features=past, fee=fee)) is None
    assert opinion(strayed("0.40", features=past)) is not None
    wide = Quote(D("0.3804"), D("0.4196"))
    assert opinion(strayed("0.40", features=past, quote=wide)) is None


def test_without_a_quote_an_assumed_spread_is_paid() -> None:
    past = {168: Feature(D("0.4"), D("0.43"), D("0.01"), 30)}
    assert opinion(strayed("0.40", features=past, quote=None)) is None
    assert opinion(strayed("0.3999", features=past, quote=None, fee=FeeSchedule())) is not None


def test_confidence_grows_with_z_up_to_a_limit() -> None:
    assert confidence(D(-2), D(2)) == D("0.75")
    assert confidence(D("3.33"), D(2)) == D("0.883")
    assert confidence(D(9), D(2)) == D("0.95")


def test_min_confidence_asks_for_more_z() -> None:
    assert opinion(strayed("0.40"), min_confidence=D("0.80")) is not None
    assert opinion(strayed("0.40"), min_confidence=D("0.81")) is None


def sale(mark: str, outcome: Outcome, **changes: Any) -> ExitOpinion | None:
    held = {"outcome": outcome, "strategy_type": "mean_reversion", "candidate": strayed(mark)}
    found = exits(view(positions=(position(**held | changes),)), MeanReversionConfiguration())
    return found[0] if found else None


@pytest.mark.parametrize(
    ("mark", "outcome", "sells"),
    [
        ("0.479", Outcome.YES, False),
        ("0.48", Outcome.YES, True),  # z = −0.5
        ("0.60", Outcome.YES, True),
        ("0.521", Outcome.NO, False),
        ("0.52", Outcome.NO, True),  # z = 0.5
        ("0.40", Outcome.NO, True),
    ],
)
def test_leaves_when_the_price_is_back(mark: str, outcome: Outcome, sells: bool) -> None:
    assert (sale(mark, outcome) is not None) is sells


def test_says_why_it_leaves() -> None:
    found = sale("0.49", Outcome.YES)
    assert found is not None
    assert found.reason == (
        "YES, bought at 0.78, is back: YES at 0.49 has z -0.25 against the mean 0.5 (sd 0.04) of "
        "30 hourly marks over 168 h"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"strategy_type": "momentum"},
        {"strategy_type": None},
        {"candidate": None},
        {"candidate": strayed("0.49", features={})},
    ],
)
def test_keeps_what_others_bought_and_what_it_cannot_judge(changes: dict[str, Any]) -> None:
    assert sale("0.49", Outcome.YES, **changes) is None


def test_a_short_lookback_asks_for_as_many_marks_as_it_has_hours() -> None:
    assert MeanReversionConfiguration().min_observations == 20
    assert MeanReversionConfiguration(lookback_hours=6).min_observations == 6


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"entry_z": 5}, "entry_z: 5 is above max_z 4.0: nothing could trade"),
        ({"exit_z": 2}, "exit_z: 2 is not below entry_z 2.0"),
        ({"lookback_hours": 6, "min_observations": 20}, "min_observations: 20 are more than"),
        ({"min_observations": 1}, r"strategy_config\.min_observations"),
        ({"min_confidence": 0.96}, "min_confidence: 0.96 is above 0.95"),
        ({"entry_z": "NaN"}, r"strategy_config\.entry_z"),
        ({"exit_z": -1}, r"strategy_config\.exit_z"),
        ({"entry": 2}, r"strategy_config\.entry: is not known"),
        ({"kelly_fraction": 0.5}, r"strategy_config\.kelly_fraction: is not known"),
    ],
)
def test_bad_configuration_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        registry.configuration("mean_reversion", values)
