"""Sell orders: sales into the bids of the batch, which free cash and places for the buys."""

from __future__ import annotations

from collections.abc import Iterator

from prescient.core.execution.account import RunningAccount
from prescient.core.execution.orders import SellOrder
from prescient.core.execution.results import Rejected, Rejection, Sold
from prescient.core.execution.rules import Rules
from prescient.core.market.books import Level
from prescient.core.market.fills import lowest_price, walk
from prescient.core.portfolio.positions import ExitKind, sell


def fill_sale(order: SellOrder, account: RunningAccount, rules: Rules) -> Sold | Rejected:
    """Sell what the bids take, out of the account. A thin book sells in part; the rest is held."""
    taken = order.bids.at_least(lowest_price(order.target_price, rules.max_slippage))
    reason = next(_refusals(order, taken, rules), None)
    if reason is not None:
        return Rejected(order, reason)
    matches = walk(taken, min(order.shares, order.holding.shares))
    evidence = order.bids.evidence
    sold = Sold(order, sell(order.holding, ExitKind.SELL, matches, order.fee, evidence))
    account.sell(sold)
    return sold


def _refusals(order: SellOrder, taken: tuple[Level, ...], rules: Rules) -> Iterator[Rejection]:
    if order.identity_changed:
        yield Rejection.IDENTITY_CHANGED
    if not order.open:
        yield Rejection.MARKET_CLOSED
    if rules.finds_stale(order):
        yield Rejection.STALE_QUOTE
    if order.bids.best is None:
        yield Rejection.NO_QUOTE
    if not taken:
        yield Rejection.SLIPPAGE
