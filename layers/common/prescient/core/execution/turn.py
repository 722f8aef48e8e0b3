"""One portfolio's turn of a cycle: which of its orders execute, decided without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from prescient.core.execution.account import Account, RunningAccount
from prescient.core.execution.buying import fill_legs
from prescient.core.execution.orders import BuyOrder, Order, SellOrder
from prescient.core.execution.results import Bought, Rejected, Result, Sold
from prescient.core.execution.rules import Rules
from prescient.core.execution.selling import fill_sale
from prescient.core.market.markets import MarketId


class Turn(NamedTuple):
    """What became of each order, in the order of execution, and the account after it."""

    account: Account
    results: tuple[Result, ...] = ()

    @property
    def exits(self) -> list[Sold]:
        return [result for result in self.results if isinstance(result, Sold)]

    @property
    def fills(self) -> list[Bought]:
        return [result for result in self.results if isinstance(result, Bought)]

    @property
    def rejections(self) -> list[Rejected]:
        return [result for result in self.results if isinstance(result, Rejected)]

    @property
    def trades(self) -> int:
        """How many orders executed, in full or in part."""
        return len(self.results) - len(self.rejections)


def take_turn(orders: Iterable[Order], account: Account, rules: Rules) -> Turn:
    """Sell first, which frees cash, places and exposure; then buy, best confidence first.

    Each order sees what the ones before it did. The legs of a group are filled all or none.
    """
    running = RunningAccount(account)
    results: list[Result] = []
    buys: list[BuyOrder] = []
    for order in orders:
        if isinstance(order, SellOrder):
            results.append(fill_sale(order, running, rules))
        else:
            buys.append(order)
    for legs in _by_confidence(buys):
        results += fill_legs(legs, running, rules)
    return Turn(running.now(), tuple(results))


def _by_confidence(orders: Sequence[BuyOrder]) -> Iterable[list[BuyOrder]]:
    """Groups and single orders; ties go to the deeper market, then to the lower market id."""
    ranked = sorted(orders, key=_rank)
    together: dict[str, list[BuyOrder]] = {}
    for order in ranked:
        together.setdefault(order.group_id or f"signal {order.signal_id}", []).append(order)
    return together.values()


def _rank(order: BuyOrder) -> tuple[Decimal, Decimal, MarketId]:
    return -order.confidence, -order.liquidity, order.market_id
