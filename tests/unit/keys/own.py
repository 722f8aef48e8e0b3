"""What the keys of one strategy alone do."""

from decimal import Decimal as D

from prescient.core.strategies.candidates import Feature
from tests.builders import candidate, position, view
from tests.opportunities import CHEAP_PAIR, agreed, siblings, strayed, two_books
from tests.unit.keys.table import decided, shows, spent, trades

# momentum -----------------------------------------------------------------------------------------


@shows("momentum:min_conviction", "momentum:max_conviction")
def _(_: str) -> None:
    """0.775 is a conviction of 0.55."""
    assert trades("momentum", [candidate()], min_conviction="0.55", max_conviction="0.55")
    assert not trades("momentum", [candidate()], min_conviction="0.56")
    assert not trades("momentum", [candidate()], max_conviction="0.54")


@shows("momentum:min_drift", "momentum:lookback_hours")
def _(_: str) -> None:
    """Up 0.01 in a day, 0.05 in a week."""
    week = Feature(D("0.725"), D("0.75"), None, 30)
    shown = [candidate(features={168: week})]
    assert trades("momentum", shown, min_drift="0.01")
    assert not trades("momentum", shown, min_drift="0.02")
    assert trades("momentum", shown, min_drift="0.02", lookback_hours=168)


@shows("momentum:kelly_fraction")
def _(_: str) -> None:
    """Priced at 0.80 by the listing and sold at 0.78: f* = 0.02 / 0.22 of $10,000."""
    shown = [candidate(yes_price=D("0.80"), no_price=D("0.20"))]
    assert spent(decided("momentum", shown, kelly_fraction="0.1")) == D("90.90")
    assert spent(decided("momentum", shown, kelly_fraction="0.2")) == D("181.81")
    assert not decided("momentum", kelly_fraction=1).signals


# mean_reversion -----------------------------------------------------------------------------------

CHEAP = [strayed("0.40")]


@shows("mean_reversion:entry_z", "mean_reversion:max_z")
def _(_: str) -> None:
    """z is −2.5."""
    assert not trades("mean_reversion", CHEAP, entry_z="2.51")
    assert not trades("mean_reversion", CHEAP, max_z="2.49")
    assert trades("mean_reversion", CHEAP, entry_z="2.5", max_z="2.5")


@shows("mean_reversion:lookback_hours", "mean_reversion:min_observations")
def _(_: str) -> None:
    """Thirty hourly marks in the week."""
    assert trades("mean_reversion", CHEAP, min_observations=30)
    assert not trades("mean_reversion", CHEAP, min_observations=31)
    assert not trades("mean_reversion", CHEAP, lookback_hours=72)


@shows("mean_reversion:exit_z")
def _(_: str) -> None:
    """z is −0.5 at 0.48."""
    held = position(strategy_type="mean_reversion", candidate=strayed("0.48"))
    seen = view(positions=(held,))
    assert decided("mean_reversion", [], seen).signals
    assert not decided("mean_reversion", [], seen, exit_z="0.49").signals


# arbitrage ----------------------------------------------------------------------------------------

PAIR = [two_books(*CHEAP_PAIR)]


@shows("arbitrage:min_edge", "arbitrage:min_annual_return")
def _(_: str) -> None:
    """An edge of 0.02 on 0.98 for 30 days: 24.8% a year, a little less after rounding to cents."""
    assert trades("arbitrage", PAIR, min_edge="0.0198")
    assert not trades("arbitrage", PAIR, min_edge="0.02")
    assert trades("arbitrage", PAIR, min_annual_return="0.246")
    assert not trades("arbitrage", PAIR, min_annual_return="0.249")


# hybrid -------------------------------------------------------------------------------------------


@shows("hybrid:weights.momentum", "hybrid:weights.mean_reversion")
def _(_: str) -> None:
    """momentum is 0.775 sure of YES, mean_reversion 0.85."""
    for weights, vote in (({"momentum": 3}, "0.7937"), ({"mean_reversion": 2}, "0.825")):
        (signal,) = decided("hybrid", weights=weights).signals
        assert signal.confidence == D(vote)


@shows("hybrid:min_voters")
def _(_: str) -> None:
    """Without a past only momentum has an opinion."""
    assert not trades("hybrid", [candidate()])
    assert trades("hybrid", [candidate()], min_voters=1)


@shows(
    "hybrid:momentum.min_confidence",
    "hybrid:momentum.min_conviction",
    "hybrid:momentum.max_conviction",
    "hybrid:momentum.min_drift",
)
def _(_: str) -> None:
    """Each of these silences momentum, and one voter is too few."""
    for silent in (
        {"min_confidence": "0.78"},
        {"min_conviction": "0.56"},
        {"max_conviction": "0.54"},
        {"min_drift": "0.02"},
    ):
        assert not trades("hybrid", [agreed()], momentum=silent)


@shows("hybrid:momentum.lookback_hours")
def _(_: str) -> None:
    """Up 0.01 in a day, but down in the week."""
    assert not trades("hybrid", [agreed()], momentum={"lookback_hours": 168})


@shows(
    "hybrid:mean_reversion.min_confidence",
    "hybrid:mean_reversion.entry_z",
    "hybrid:mean_reversion.max_z",
    "hybrid:mean_reversion.min_observations",
    "hybrid:mean_reversion.lookback_hours",
)
def _(_: str) -> None:
    """Each of these silences mean_reversion, whose z is −3."""
    for silent in (
        {"min_confidence": "0.86"},
        {"entry_z": "3.01"},
        {"max_z": "2.99"},
        {"min_observations": 31},
        {"lookback_hours": 336},
    ):
        assert not trades("hybrid", [agreed()], mean_reversion=silent)


# random -------------------------------------------------------------------------------------------


@shows("random:entries_per_cycle")
def _(_: str) -> None:
    many = siblings([("0.50", "0.51")] * 8)
    for entries in (1, 5):
        assert len(decided("random", many, entries_per_cycle=entries).signals) == entries
