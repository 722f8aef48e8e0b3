"""From what a strategy proposes to the signals that execution can act on."""

from __future__ import annotations

from collections.abc import Iterable

from prescient.core.deciding.sizing import budget, plan
from prescient.core.market.fills import LEAST_BUY
from prescient.core.market.markets import Outcome
from prescient.core.market.marks import is_trusted
from prescient.core.money import cents_down
from prescient.core.portfolio.positions import Action
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.core.strategies.protocol import (
    ExitOpinion,
    LegGroup,
    PortfolioView,
    Proposal,
    Signal,
)

SignalGroup = tuple[Signal, ...]
"""What one decision buys: one signal, or one for each leg of a group."""


def purchase_of(
    proposal: Proposal, configuration: StrategyConfiguration, view: PortfolioView
) -> SignalGroup:
    """The proposal's signals; none without an ask, or where no purchase is worth making."""
    if isinstance(proposal, LegGroup):
        return _bought_legs(proposal, configuration, view)
    ask = proposal.candidate.offers_of(proposal.outcome).best_ask
    amount = budget(proposal, configuration, view)
    if ask is None or amount < LEAST_BUY:
        return ()
    signal = Signal(
        candidate=proposal.candidate,
        action=_buy(proposal.outcome),
        target_price=ask,
        amount=amount,
        confidence=proposal.confidence,
        win_probability=proposal.win_probability,
        reason=proposal.reason,
    )
    return (signal,)


def _bought_legs(
    group: LegGroup, configuration: StrategyConfiguration, view: PortfolioView
) -> SignalGroup:
    planned = plan(group, configuration, view)
    if planned is None:
        return ()
    return tuple(
        Signal(
            candidate=leg.candidate,
            action=_buy(leg.outcome),
            target_price=leg.candidate.offers_of(leg.outcome).levels[0].price,
            amount=cost,
            confidence=group.confidence,
            win_probability=None,
            reason=group.reason,
            shares=planned.shares,
            group_id=f"{view.cycle_id}-{view.portfolio_id}-{group.subject}",
        )
        for leg, cost in zip(group.legs, planned.costs, strict=True)
    )


def sales_of(opinions: Iterable[ExitOpinion]) -> list[Signal]:
    """Sell signals for all shares at the bid.

    None without a bid, at a quote that the mark does not trust, or for less than a cent.
    """
    sales = (_sale(opinion) for opinion in opinions)
    return [sale for sale in sales if sale is not None]


def _sale(opinion: ExitOpinion) -> Signal | None:
    position = opinion.position
    quote = opinion.candidate.quote_of(position.outcome)
    if quote is None or not quote.has_bid or not is_trusted(quote):
        return None
    amount = cents_down(position.shares * quote.bid)
    if amount <= 0:
        return None
    return Signal(
        candidate=opinion.candidate,
        action=Action.SELL_YES if position.outcome is Outcome.YES else Action.SELL_NO,
        target_price=quote.bid,
        amount=amount,
        confidence=opinion.confidence,
        win_probability=None,
        reason=opinion.reason,
        shares=position.shares,
    )


def _buy(outcome: Outcome) -> Action:
    return Action.BUY_YES if outcome is Outcome.YES else Action.BUY_NO
