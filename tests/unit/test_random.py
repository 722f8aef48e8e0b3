"""Random: the same lots for the same cycle and portfolio, fair ones, and nothing else."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import MarketId, Outcome, Quote
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.protocol import Opinion, PortfolioView
from prescient.core.strategies.random import RandomConfiguration, decide
from tests.builders import NOON, candidate, position, view

MARKETS = [candidate(market_id=MarketId(f"m{place}")) for place in range(200)]


def drawn(seen: PortfolioView, **configuration: Any) -> list[Opinion]:
    return decide(MARKETS, seen, RandomConfiguration(**configuration))


def sides(opinions: list[Opinion]) -> list[tuple[str, str]]:
    return [(opinion.candidate.market_id, opinion.outcome.value) for opinion in opinions]


def _market_ids(opinions: list[Opinion]) -> set[MarketId]:
    return {opinion.candidate.market_id for opinion in opinions}


def test_the_same_seed_draws_the_same() -> None:
    """Written down once: any machine, process and Python must draw exactly these."""
    assert sides(drawn(view())) == [("m39", "yes"), ("m62", "yes")]


def test_another_cycle_or_portfolio_draws_anew() -> None:
    first = sides(drawn(view()))
    assert sides(drawn(view(cycle_id=8))) != first
    assert sides(drawn(view(portfolio_id=PortfolioId(2)))) != first


def test_a_market_more_or_less_moves_no_other_markets_lot() -> None:
    first = drawn(view())
    without_last = decide(MARKETS[:-1], view(), RandomConfiguration())
    assert _market_ids(first) - {"m199"} <= _market_ids(without_last)


def test_enters_as_many_as_asked_among_the_free() -> None:
    assert len(drawn(view())) == 2
    assert len(drawn(view(), entries_per_cycle=7)) == 7
    (first, *_) = drawn(view())
    held = position(market_id=first.candidate.market_id)
    again = drawn(view(positions=(held,)))
    assert len(again) == 2
    assert first.candidate.market_id not in _market_ids(again)
    cooling = drawn(view(exited_by_rule={first.candidate.market_id: NOON}))
    assert first.candidate.market_id not in _market_ids(cooling)


def test_never_enters_where_nothing_is_offered() -> None:
    unsold = [replace(market, quote=Quote(D(0), D(1))) for market in MARKETS]
    assert decide(unsold, view(), RandomConfiguration()) == []


def test_lots_and_sides_are_fair() -> None:
    """1,000 entries: their sides, and the first fifth of the markets, within 4 sd.

    No market is drawn twice in a cycle, so the second number is hypergeometric: 20 of 200.
    """
    found = [
        opinion
        for cycle in range(50)
        for opinion in drawn(view(cycle_id=cycle), entries_per_cycle=20)
    ]
    yes = sum(opinion.outcome is Outcome.YES for opinion in found)
    assert abs(yes - 500) < 4 * (1000 * 0.25) ** 0.5
    first_fifth = sum(int(opinion.candidate.market_id[1:]) < 40 for opinion in found)
    assert abs(first_fifth - 200) < 4 * (1000 * 0.2 * 0.8 * 180 / 199) ** 0.5


def test_it_claims_nothing() -> None:
    (first, *_) = drawn(view(), min_confidence=D("0.6"))
    assert (first.confidence, first.win_probability) == (D("0.6"), None)
    assert first.reason.startswith(f"{first.outcome.upper()} by lot: 0.")
    assert first.reason.endswith("is among the lowest 2 of this cycle")


@pytest.mark.parametrize("entries", [0, 101, 1.5])
def test_bad_configuration_is_refused_by_name(entries: float) -> None:
    with pytest.raises(InvalidRequest, match=r"strategy_config\.entries_per_cycle"):
        registry.configuration("random", {"entries_per_cycle": entries})
