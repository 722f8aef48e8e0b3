"""What clients get for cash that moves."""

from __future__ import annotations

from prescient.api.models import FromAttributes, Model
from prescient.api.responses.values import Money
from prescient.core.portfolio.targets import Targets


class Balance(Model):
    """A portfolio's cash."""

    portfolio_id: int
    current_balance: Money


class CashMoved(Model):
    """The cash of each portfolio that the request named, after it."""

    message: str
    balances: list[Balance]


class PlannedTransfer(FromAttributes):
    """Dollars from one portfolio to another."""

    from_portfolio_id: int
    to_portfolio_id: int
    amount: Money


class PlaceOfPortfolio(FromAttributes):
    """Where a portfolio stood beside its target; drift and threshold are parts of all equity."""

    portfolio_id: int
    equity: Money
    target: Money
    drift: float
    threshold: float
    has_drifted: bool


class Rebalanced(FromAttributes):
    """What was moved or, in a dry run, what would be.

    `held_back` are dollars that stay because of `only_significant`: the portfolios cannot be told
    apart, or were not compared within two days. `places` are the 100 of `portfolios` that drifted
    the farthest, `transfers` the first 100 of `transfer_count`.
    """

    message: str
    dry_run: bool
    targets: Targets
    only_significant: bool
    portfolios: int
    places: list[PlaceOfPortfolio]
    transfer_count: int
    transfers: list[PlannedTransfer]
    held_back: Money
