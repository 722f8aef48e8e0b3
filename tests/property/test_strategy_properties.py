"""What must hold whatever the markets show, for every strategy (docs/strategies.md)."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.deciding.decisions import Decision, common_filters, decide
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.strategies import registry
from prescient.core.strategies.arbitrage import ArbitrageConfiguration
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.protocol import Signal
from tests.property.situations import (
    STRATEGIES,
    Situation,
    configurations,
    mispriced_events,
    situations,
)

patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def decided(situation: Situation) -> Decision:
    strategy_type, configuration, shown, seen = situation
    return decide(registry.find(strategy_type), configuration, shown, seen)


def buys(decision: Decision) -> list[Signal]:
    return [signal for signal in decision.signals if signal.action.is_buy]


@patiently
@given(situation=situations())
def test_nothing_is_bought_that_fails_a_common_filter(situation: Situation) -> None:
    _, configuration, _, seen = situation
    filters = common_filters(configuration, seen)
    for signal in buys(decided(situation)):
        broken = [name for name, passes in filters.items() if not passes(signal.candidate)]
        assert broken == []
        assert signal.confidence >= configuration.min_confidence


@patiently
@given(situation=situations())
def test_one_decision_a_market_none_held_and_never_too_many(situation: Situation) -> None:
    _, configuration, _, seen = situation
    decision = decided(situation)
    markets_of: defaultdict[str, set[MarketId]] = defaultdict(set)
    for place, signal in enumerate(decision.signals):
        markets_of[signal.group_id or f"signal {place}"].add(signal.candidate.market_id)
    named = [market_id for ids in markets_of.values() for market_id in ids]
    assert len(named) == len(set(named))
    bought = {signal.candidate.market_id for signal in buys(decision)}
    assert bought.isdisjoint(seen.held | seen.cooling(configuration.cooldown_hours))
    assert len(buys(decision)) <= seen.free_positions


@patiently
@given(situation=situations())
def test_no_size_above_any_limit_and_every_signal_can_be_stored(situation: Situation) -> None:
    _, configuration, _, seen = situation
    spent: defaultdict[str, D] = defaultdict(D)
    for place, signal in enumerate(decided(situation).signals):
        assert 0 < signal.target_price < 1
        assert signal.amount >= D("0.01")
        assert signal.amount == round(signal.amount, 2)
        assert 0 <= signal.confidence <= 1
        assert signal.reason
        if signal.action.is_buy:
            spent[signal.group_id or f"signal {place}"] += signal.amount
            sizes_given = (configuration.max_position_size, seen.limits.max_position_size)
            assert all(size is None or signal.amount <= size for size in sizes_given)
    exposure, event_cap = seen.limits.max_total_exposure, configuration.max_event_exposure
    for amount in spent.values():
        assert amount <= seen.cash
        assert exposure is None or seen.invested() + amount <= exposure
        assert event_cap is None or amount <= event_cap


@patiently
@given(situation=situations(), data=st.data())
def test_the_order_of_the_candidates_does_not_matter(situation: Situation, data: Any) -> None:
    strategy_type, configuration, shown, seen = situation
    shuffled = data.draw(st.permutations(shown))
    first, second = decided(situation), decided((strategy_type, configuration, shuffled, seen))
    key = ("candidate", "action", "amount", "confidence", "shares", "group_id")
    assert {tuple(_plain(signal, key)) for signal in first.signals} == {
        tuple(_plain(signal, key)) for signal in second.signals
    }
    assert first.funnel == second.funnel


def _plain(signal: Signal, names: Sequence[str]) -> list[Any]:
    values = {name: getattr(signal, name) for name in names}
    return [*({**values, "candidate": signal.candidate.market_id}).values()]


@patiently
@given(situation=situations())
def test_the_funnel_never_grows_and_ends_at_what_is_emitted(situation: Situation) -> None:
    decision = decided(situation)
    counts = list(decision.funnel.items())
    filters = [count for name, count in counts[:8]]
    stages = [count for name, count in counts[8:-1]]
    assert filters == sorted(filters, reverse=True)
    assert stages == sorted(stages, reverse=True)
    decisions = {signal.group_id or signal.candidate.market_id for signal in buys(decision)}
    assert decision.funnel["emitted"] == len(decisions)
    assert decision.funnel["exits"] == len(decision.signals) - len(buys(decision))


@patiently
@given(situation=mispriced_events())
def test_every_arbitrage_gains_whatever_happens(situation: Situation) -> None:
    """In exact fractions, from the books, fees included, for each way that the event can end."""
    _, configuration, shown, _ = situation
    assert isinstance(configuration, ArbitrageConfiguration)
    groups: defaultdict[str | None, list[Signal]] = defaultdict(list)
    for signal in decided(situation).signals:
        groups[signal.group_id].append(signal)
    for group_id, legs in groups.items():
        assert group_id is not None
        (shares,) = {signal.shares for signal in legs}
        assert shares is not None
        costs = [_cost(signal) for signal in legs]
        assert costs == [F(signal.amount) for signal in legs]
        worst = min(_payout(legs, winner) for winner in _endings(shown)) * F(shares)
        edge = (worst - sum(costs)) / F(shares)
        assert edge > F(configuration.min_edge)
        years = F(30, 365)
        assert edge * F(shares) / sum(costs) / years >= F("0.05") - F(1, 10**20)


def test_the_property_above_does_meet_arbitrages() -> None:
    """A property about groups says nothing unless groups come up."""
    found: list[int] = []

    @patiently
    @given(situation=mispriced_events())
    def look(situation: Situation) -> None:
        found.append(decided(situation).funnel["emitted"])

    look()
    assert sum(number > 0 for number in found) >= len(found) // 10


def _endings(shown: list[Candidate]) -> list[MarketId | None]:
    """Each open market may win; none of them where the event hides another."""
    event = shown[0].event
    assert event is not None
    hidden = [None] if event.augmented or event.markets > len(shown) else []
    return [*(candidate.market_id for candidate in shown), *hidden]


def _payout(legs: list[Signal], winner: MarketId | None) -> int:
    """Dollars that one share of every leg pays if `winner` is the event's YES."""
    return sum(
        (signal.candidate.market_id == winner) == (signal.action.outcome is Outcome.YES)
        for signal in legs
    )


def _cost(signal: Signal) -> F:
    """Walk the asks in fractions: amount and fee are each rounded up to the cent."""
    left, dollars, fee = F(signal.shares or 0), F(0), F(0)
    for level in signal.candidate.offers_of(signal.action.outcome).levels:
        taken, price = min(left, F(level.shares)), F(level.price)
        dollars += taken * price
        fee += taken * F(signal.candidate.fee.rate) * price * (1 - price)
        left -= taken
    assert left == 0
    return F((dollars * 100).__ceil__(), 100) + F((fee * 100).__ceil__(), 100)


@patiently
@given(data=st.data(), strategy_type=st.sampled_from(STRATEGIES))
def test_a_configuration_survives_being_stored(data: Any, strategy_type: str) -> None:
    configuration = data.draw(configurations(strategy_type))
    everything = configuration.model_dump(mode="json")
    assert registry.configuration(strategy_type, everything) == configuration
    given_keys = configuration.model_dump(mode="json", exclude_unset=True)
    assert registry.configuration(strategy_type, given_keys) == configuration
