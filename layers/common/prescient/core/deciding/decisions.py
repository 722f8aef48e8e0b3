"""From the cycle's candidates to a portfolio's signals, counting what each rule left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from prescient.core.deciding.answers import exits_of, proposals_of
from prescient.core.deciding.cycles import Funnel
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

LeftT = TypeVar("LeftT")


class Decision(NamedTuple):
    """A portfolio's signals of one cycle: sales, then buys, best first.

    The funnel answers "why no trade?": how many candidates each common filter left, then how many
    decisions to buy each further stage left (a group of legs is one), then the sales.
    `stopped_at` is the first stage that did not leave the market that was followed, None where
    none was, or where all did.
    """

    signals: tuple[Signal, ...]
    funnel: Funnel
    stopped_at: str | None = None


@dataclass(slots=True)
class _Narrowing:
    """What each stage leaves: how many, and whether the market that is followed is among it."""

    followed: MarketId | None
    funnel: Funnel = field(default_factory=dict)
    stopped_at: str | None = None

    def note(
        self, stage: str, left: Sequence[LeftT], markets: Callable[[LeftT], Iterable[MarketId]]
    ) -> None:
        self.funnel[stage] = len(left)
        if self.followed is None or self.stopped_at is not None:
            return
        if not any(self.followed in markets(item) for item in left):
            self.stopped_at = stage


def decide(
    strategy: Strategy[ConfigurationT],
    configuration: ConfigurationT,
    candidates: Sequence[Candidate],
    view: PortfolioView,
    followed: MarketId | None = None,
) -> Decision:
    """Run one strategy for one portfolio on one batch. A paused portfolio only sells.

    One market may be `followed` through its stages. Raises `StrategyFailed` where the strategy's
    own rules do not answer with decisions.
    """
    narrowing = _Narrowing(followed)
    narrowing.note("candidates", candidates, _market_of)
    sales = sales_of(exits_of(strategy, configuration, view))
    if view.paused:
        purchases: list[SignalGroup] = []
        narrowing.note("paused", purchases, _markets_of_purchase)
    else:
        left = _filtered(candidates, configuration, view, narrowing)
        proposals = proposals_of(strategy, configuration, left, view)
        purchases = _purchases(proposals, configuration, view, narrowing)
    narrowing.note("emitted", purchases, _markets_of_purchase)
    funnel = {**narrowing.funnel, "exits": len(sales)}
    bought = [signal for purchase in purchases for signal in purchase]
    return Decision((*sales, *bought), funnel, narrowing.stopped_at)


def _filtered(
    candidates: Sequence[Candidate],
    configuration: StrategyConfiguration,
    view: PortfolioView,
    narrowing: _Narrowing,
) -> list[Candidate]:
    left = list(candidates)
    for name, passes in common_filters(configuration, view).items():
        left = [candidate for candidate in left if passes(candidate)]
        narrowing.note(name, left, _market_of)
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
    narrowing: _Narrowing,
) -> list[SignalGroup]:
    """What of the proposals is free to be bought, worth its size, and has a place."""
    narrowing.note("strategy_rule", proposals, _market_ids)
    free = [proposal for proposal in proposals if view.held.isdisjoint(_market_ids(proposal))]
    narrowing.note("already_held", free, _market_ids)
    cooling = view.cooling(configuration.cooldown_hours)
    free = [proposal for proposal in free if cooling.isdisjoint(_market_ids(proposal))]
    narrowing.note("cooldown", free, _market_ids)
    sized = [purchase_of(proposal, configuration, view) for proposal in sorted(free, key=_rank)]
    bought = [purchase for purchase in sized if purchase]
    narrowing.note("sized", bought, _markets_of_purchase)
    return list(_placed(bought, view.free_positions))


def _market_ids(proposal: Proposal) -> frozenset[MarketId]:
    return frozenset(candidate.market_id for candidate in _candidates(proposal))


def _market_of(candidate: Candidate) -> tuple[MarketId]:
    return (candidate.market_id,)


def _markets_of_purchase(purchase: SignalGroup) -> frozenset[MarketId]:
    return frozenset(signal.candidate.market_id for signal in purchase)


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
        market_ids = _markets_of_purchase(purchase)
        if len(purchase) <= places and decided.isdisjoint(market_ids):
            places -= len(purchase)
            decided |= market_ids
            yield purchase
