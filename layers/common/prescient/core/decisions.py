"""From the cycle's candidates to a portfolio's signals, counting what each rule left over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from prescient.core.fills import offers
from prescient.core.markets import Outcome
from prescient.core.positions import Action
from prescient.core.sizing import budget
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import (
    Candidate,
    ConfigurationT,
    Opinion,
    PortfolioView,
    Signal,
    Strategy,
)

Funnel = dict[str, int]
_Test = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Decision:
    """A portfolio's signals of one cycle, best first, and the funnel that led to them.

    The funnel counts the candidates left after each rule, in order: it answers "why no trade?".
    """

    signals: tuple[Signal, ...]
    funnel: Funnel


def decide(
    strategy: Strategy[ConfigurationT],
    configuration: ConfigurationT,
    candidates: Sequence[Candidate],
    view: PortfolioView,
    now: datetime,
) -> Decision:
    """Run one strategy for one portfolio on one batch; `now` is the end of `filter`."""
    funnel: Funnel = {"candidates": len(candidates)}
    left = list(candidates)
    for name, passes in _common_filters(configuration, now).items():
        left = [candidate for candidate in left if passes(candidate)]
        funnel[name] = len(left)
    opinions = strategy.rule(left, configuration)
    funnel["strategy_rule"] = len(opinions)
    free = [one for one in opinions if one.candidate.market_id not in view.held]
    funnel["already_held"] = len(free)
    free = [one for one in free if one.candidate.market_id not in view.cooling]
    funnel["cooldown"] = len(free)
    signals = _best(free, configuration, view)
    funnel["emitted"] = len(signals)
    return Decision(tuple(signals), funnel)


def _common_filters(configuration: StrategyConfiguration, now: datetime) -> dict[str, _Test]:
    """The rules that all strategies share. A market without a known end cannot show its time."""
    earliest_end = now + timedelta(hours=float(configuration.min_hours_to_end))
    types = frozenset(configuration.market_types)
    return {
        "market_types": lambda one: not types or not types.isdisjoint(one.tags),
        "liquidity": lambda one: one.liquidity >= configuration.min_liquidity,
        "volume": lambda one: one.volume >= configuration.min_volume,
        "spread": lambda one: one.quote is None or one.quote.spread <= configuration.max_spread,
        "time_to_end": lambda one: one.end_date is not None and one.end_date >= earliest_end,
    }


def _best(
    opinions: Sequence[Opinion], configuration: StrategyConfiguration, view: PortfolioView
) -> list[Signal]:
    amount = budget(configuration, view.equity, view.limits)
    ranked = sorted(
        opinions,
        key=lambda one: (-one.confidence, -one.candidate.liquidity, one.candidate.market_id),
    )
    signals = (_signal(opinion, amount) for opinion in ranked)
    places = max(view.limits.max_positions - view.open_positions, 0)
    return [signal for signal in signals if signal is not None][:places]


def _signal(opinion: Opinion, amount: Decimal) -> Signal | None:
    """A buy at the best ask; None where nobody sells or the budget is nothing."""
    candidate, outcome = opinion.candidate, opinion.outcome
    ask = offers(
        candidate.quote_of(outcome), candidate.mark_of(outcome), candidate.liquidity
    ).best_ask
    if ask is None or amount <= 0:
        return None
    return Signal(
        candidate=candidate,
        action=Action.BUY_YES if outcome is Outcome.YES else Action.BUY_NO,
        target_price=ask,
        amount=amount,
        confidence=opinion.confidence,
        win_probability=opinion.win_probability,
        reason=opinion.reason,
    )
