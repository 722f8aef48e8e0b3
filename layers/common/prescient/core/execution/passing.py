"""What the turns of a chunk leave to one another: each sees what those before it moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from prescient.core.execution.account import SharedExposure
from prescient.core.execution.results import Bought, Rejected, Result, Sold
from prescient.core.execution.turn import Turn
from prescient.core.market.markets import MarketId, Outcome
from prescient.core.money import ZERO
from prescient.core.portfolio.positions import Action

TakenDepth = Mapping[tuple[MarketId, Action], Decimal]
"""Shares that are gone from the books that a cycle's portfolios share, by what took them."""

_SALES = {Outcome.YES: Action.SELL_YES, Outcome.NO: Action.SELL_NO}


class Passed(NamedTuple):
    """What all portfolios share, as the turns so far have left it."""

    exposure: SharedExposure
    taken: TakenDepth

    def after(self, turn: Turn) -> Passed:
        """What the turn leaves, whose account began with this exposure."""
        taken = dict(self.taken)
        for side, shares in _taken(turn.results):
            taken[side] = taken.get(side, ZERO) + shares
        return Passed(turn.account.shared, taken)


def _taken(results: tuple[Result, ...]) -> Iterator[tuple[tuple[MarketId, Action], Decimal]]:
    for result in results:
        if not result.order.shared_depth:
            continue
        match result:
            case Bought(order, fill):
                yield (order.market_id, order.action), fill.shares
            case Sold(_, exit_):
                yield (exit_.holding.market_id, _SALES[exit_.holding.outcome]), exit_.shares
            case Rejected():
                pass
