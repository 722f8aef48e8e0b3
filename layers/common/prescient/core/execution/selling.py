"""Sell orders: sales into the bids of the batch, which free cash and places for the buys."""

from __future__ import annotations

from prescient.core.execution.orders import SellOrder
from prescient.core.execution.results import Rejected, Rejection, Sold, first_broken
from prescient.core.execution.rules import Rules
from prescient.core.market.books import Level
from prescient.core.market.fills import lowest_price, walk
from prescient.core.money import ZERO
from prescient.core.portfolio.positions import ExitKind, sell


def fill_sale(order: SellOrder, rules: Rules) -> Sold | Rejected:
    """Sell what the bids take. A thin book sells in part; the rest stays held."""
    bids = tuple(level for level in order.bids if level.price > ZERO and level.shares > ZERO)
    worst = lowest_price(order.target_price, rules.max_slippage)
    taken = tuple(level for level in bids if level.price >= worst)
    reason = _refusal(order, bids, taken, rules)
    if reason is not None:
        return Rejected(order, reason)
    matches = walk(taken, min(order.shares, order.holding.shares))
    return Sold(order, sell(order.holding, ExitKind.SELL, matches, order.fee, order.evidence))


def _refusal(
    order: SellOrder, bids: tuple[Level, ...], taken: tuple[Level, ...], rules: Rules
) -> Rejection | None:
    return first_broken(
        (
            (not order.open, Rejection.MARKET_CLOSED),
            (order.quote_age > rules.max_quote_age, Rejection.STALE_QUOTE),
            (not bids, Rejection.NO_QUOTE),
            (not taken, Rejection.SLIPPAGE),
        )
    )
