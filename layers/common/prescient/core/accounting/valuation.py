"""What a portfolio is worth: its positions at the latest prices, its equity, peak and drawdown.

Money is in dollars, prices are probabilities 0–1. The view `portfolio_valuations` states the same
rules in SQL; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Self

from prescient.core.market.markets import Outcome
from prescient.core.money import ONE, ZERO, cents_down, cents_half_up


class MarketPrice(NamedTuple):
    """The latest mark, bid and ask of YES, 0–1; None where there is none."""

    mark: Decimal | None
    best_bid: Decimal | None
    best_ask: Decimal | None

    def mark_of(self, outcome: Outcome) -> Decimal | None:
        if self.mark is None or outcome is Outcome.YES:
            return self.mark
        return ONE - self.mark

    def bid_of(self, outcome: Outcome) -> Decimal:
        """What a share of the outcome sells at: a missing bid is 0, never unknown."""
        if outcome is Outcome.YES:
            return ZERO if self.best_bid is None else self.best_bid
        return ZERO if self.best_ask is None else ONE - self.best_ask

    def ask_of(self, outcome: Outcome) -> Decimal | None:
        """What a share of the outcome is offered at; None where it is not."""
        if outcome is Outcome.YES:
            return self.best_ask
        return None if self.best_bid is None else ONE - self.best_bid


class PricedPosition(NamedTuple):
    """An open position and the price of its market.

    Shares are None where schema v1 had an impossible entry price.
    """

    outcome: Outcome
    shares: Decimal | None
    cost_basis: Decimal
    price: MarketPrice

    @property
    def value(self) -> Decimal:
        """Shares × mark, halves up; the cost basis where shares or mark are unknown."""
        mark = self.price.mark_of(self.outcome)
        if mark is None or self.shares is None:
            return self.cost_basis
        return cents_half_up(self.shares * mark)

    @property
    def value_at_bid(self) -> Decimal:
        """Shares × bid, down to the cent as a sale would be; 0 where the shares are unknown."""
        return (
            ZERO
            if self.shares is None
            else cents_down(self.shares * self.price.bid_of(self.outcome))
        )


class HighWaterMark(NamedTuple):
    """The highest equity so far, and the deepest fall below the highest before it."""

    peak_equity: Decimal
    max_drawdown: Decimal = ZERO

    def after(self, equity: Decimal) -> Self:
        return type(self)(
            max(self.peak_equity, equity), max(self.max_drawdown, self.peak_equity - equity)
        )

    def after_flow(self, amount: Decimal) -> Self:
        """The peak moves with the cash: a withdrawal is no drawdown, and a deposit no gain."""
        return type(self)(max(self.peak_equity + amount, ZERO), self.max_drawdown)


class Valuation(NamedTuple):
    """A portfolio's totals; each is the sum of its positions' rounded amounts."""

    balance: Decimal
    realized_pnl: Decimal
    invested: Decimal
    value: Decimal
    value_at_bid: Decimal
    open_positions: int

    @property
    def unrealized_pnl(self) -> Decimal:
        return self.value - self.invested

    @property
    def total_profit_loss(self) -> Decimal:
        return self.realized_pnl + self.unrealized_pnl

    @property
    def equity(self) -> Decimal:
        return self.balance + self.value

    @property
    def equity_at_bid(self) -> Decimal:
        return self.balance + self.value_at_bid


def valuation(
    balance: Decimal, realized_pnl: Decimal, positions: Iterable[PricedPosition]
) -> Valuation:
    """Value a portfolio with cash of `balance` that has realized `realized_pnl` so far."""
    held = list(positions)
    return Valuation(
        balance=balance,
        realized_pnl=realized_pnl,
        invested=sum((position.cost_basis for position in held), ZERO),
        value=sum((position.value for position in held), ZERO),
        value_at_bid=sum((position.value_at_bid for position in held), ZERO),
        open_positions=len(held),
    )


def net_flows(initial_balance: Decimal, equity: Decimal, total_profit_loss: Decimal) -> Decimal:
    """Dollars paid in since the beginning, less those paid out (docs/accounting.md, invariant 2).

    It is what equity has beyond its first balance and its P&L.
    """
    return equity - initial_balance - total_profit_loss


def day_profit(
    total_profit_loss: Decimal, at_last_midnight: Decimal | None, *, began_today: bool
) -> Decimal | None:
    """Dollars of P&L since the last midnight (UTC): P&L has no flows, so deposits are no gain.

    A portfolio that began today had none then; None where nothing says what it had.
    """
    before = ZERO if began_today else at_last_midnight
    return None if before is None else total_profit_loss - before
