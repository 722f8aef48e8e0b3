"""From the cycle's candidates to a portfolio's signals, counting what each rule left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from prescient.core.deciding.answers import exits_of, proposals_of
from prescient.core.deciding.signals import SignalGroup, purchase_of, sales_of
from prescient.core.market.markets import MarketId
from prescient.core.strategies.candidates import Candidate
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import (
    ConfigurationT,
    Opinion,
    PortfolioView,
    Proposal,
    Signal,
    Strategy,
)

Funnel = dict[str, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """A portfolio's signals of one cycle: sales, then buys, best first.

    The funnel answers "why no trade?": how many candidates each common filter left, then how many
    decisions to buy each further stage left (a group of legs is one), then the sales.
    """

    signals: tuple[Signal, ...]
    funnel: Funnel


def decide(
    strategy: Strategy[ConfigurationT],
    configuration: ConfigurationT,
    candidates: Sequence[Candidate],
    view: PortfolioView,
) -> Decision:
    """Run one strategy for one portfolio on one batch. A paused portfolio only sells.

    Raises `StrategyFailed` where the strategy's own rules do not answer with decisions.
    """
    funnel: Funnel = {"candidates": len(candidates)}
    sales = sales_of(exits_of(strategy, configuration, view))
    if view.paused:
        funnel["paused"] = 0
        purchases: list[SignalGroup] = []
    else:
        left = _filtered(candidates, configuration, view, funnel)
        proposals = proposals_of(strategy, configuration, left, view)
        purchases = _purchases(proposals, configuration, view, funnel)
    funnel["emitted"] = len(purchases)
    funnel["exits"] = len(sales)
    bought = [signal for purchase in purchases for signal in purchase]
    return Decision((*sales, *bought), funnel)


def _filtered(
    candidates: Sequence[Candidate],
    configuration: StrategyConfiguration,
    view: PortfolioView,
    funnel: Funnel,
) -> list[Candidate]:
    left = list(candidates)
    for name, passes in common_filters(configuration, view).items():
        left = [candidate for candidate in left if passes(candidate)]
        funnel[name] = len(left)
    return left


def common_filters(
    configuration: StrategyConfiguration, view: PortfolioView
) -> dict[str, Callable[[Candidate], bool]]:
    """The rules that all strategies share. A market without a known end cannot show its time."""
    earliest_end = view.decided_at + timedelta(hours=float(configuration.min_hours_to_end))
    types = frozenset(configuration.market_types)
    return {
        "outcome_price": lambda candidate: candidate.has_prices,
        "market_types": lambda candidate: not types or not types.isdisjoint(candidate.tags),
        "liquidity": lambda candidate: candidate.liquidity >= configuration.min_liquidity,
        "volume": lambda candidate: candidate.volume >= configuration.min_volume,
        "spread": lambda candidate: (
            candidate.spread is None or candidate.spread <= configuration.max_spread
        ),
        "time_to_end": lambda candidate: (
            candidate.end_date is not None and candidate.end_date >= earliest_end
        ),
        "outcome_proposed": lambda candidate: not candidate.outcome_proposed,
    }


def _purchases(
    proposals: Sequence[Proposal],
    configuration: StrategyConfiguration,
    view: PortfolioView,
    funnel: Funnel,
) -> list[SignalGroup]:
    """What of the proposals is free to be bought, worth its size, and has a place."""
    funnel["strategy_rule"] = len(proposals)
    free = [proposal for proposal in proposals if view.held.isdisjoint(_market_ids(proposal))]
    funnel["already_held"] = len(free)
    cooling = view.cooling(configuration.cooldown_hours)
    free = [proposal for proposal in free if cooling.isdisjoint(_market_ids(proposal))]
    funnel["cooldown"] = len(free)
    sized = [purchase_of(proposal, configuration, view) for proposal in sorted(free, key=_rank)]
    bought = [purchase for purchase in sized if purchase]
    funnel["sized"] = len(bought)
    return list(_placed(bought, view.free_positions))


def _market_ids(proposal: Proposal) -> frozenset[MarketId]:
    return frozenset(candidate.market_id for candidate in _candidates(proposal))


def _candidates(proposal: Proposal) -> list[Candidate]:
    if isinstance(proposal, Opinion):
        return [proposal.candidate]
    return [leg.candidate for leg in proposal.legs]


def _rank(proposal: Proposal) -> tuple[Decimal, Decimal, MarketId]:
    """Best confidence first, then the deeper market, then the lower id; of legs, the thinnest."""
    thinnest = min(
        _candidates(proposal), key=lambda candidate: (candidate.liquidity, candidate.market_id)
    )
    return -proposal.confidence, -thinnest.liquidity, thinnest.market_id


def _placed(purchases: Iterable[SignalGroup], places: int) -> Iterator[SignalGroup]:
    """One decision a market, as long as there are free positions for all that it buys."""
    decided: set[MarketId] = set()
    for purchase in purchases:
        market_ids = {signal.candidate.market_id for signal in purchase}
        if len(purchase) <= places and decided.isdisjoint(market_ids):
            places -= len(purchase)
            decided |= market_ids
            yield purchase
