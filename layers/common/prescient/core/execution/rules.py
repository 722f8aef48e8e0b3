"""What binds a portfolio's fills: its limits, its configuration and the limits over all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from prescient.core.execution.orders import Order
from prescient.core.portfolio.portfolios import GlobalLimits, Limits
from prescient.core.strategies.configuration import StrategyConfiguration


class Rules(NamedTuple):
    """Limits in dollars of cost basis, None where there is none; percentages as parts of 1.

    `max_slippage` is a difference of prices 0–1. A quote may be `max_quote_age` old at the end of
    `filter`, and `max_fill_delay` when the order executes.
    """

    limits: Limits
    position_limit: Decimal | None
    max_event_exposure: Decimal | None
    stop_loss_percentage: Decimal | None
    take_profit_percentage: Decimal | None
    max_slippage: Decimal
    shared: GlobalLimits
    max_quote_age: timedelta
    max_fill_delay: timedelta

    @classmethod
    def of(
        cls,
        configuration: StrategyConfiguration,
        limits: Limits,
        shared: GlobalLimits,
        max_quote_age: timedelta,
        max_fill_delay: timedelta,
    ) -> Rules:
        """The rules of a portfolio with this strategy configuration and these limits."""
        return cls(
            limits=limits,
            position_limit=position_limit(configuration, limits),
            max_event_exposure=configuration.max_event_exposure,
            stop_loss_percentage=configuration.stop_loss_percentage,
            take_profit_percentage=configuration.take_profit_percentage,
            max_slippage=configuration.max_slippage,
            shared=shared,
            max_quote_age=max_quote_age,
            max_fill_delay=max_fill_delay,
        )

    def finds_stale(self, order: Order) -> bool:
        """Whether the order's quote was too old at the decision, or is by now."""
        return order.quote_age > self.max_quote_age or order.quote_delay > self.max_fill_delay


def position_limit(configuration: StrategyConfiguration, limits: Limits) -> Decimal | None:
    """Dollars a position: the tighter of the portfolio's limit and the configuration's."""
    given = (configuration.max_position_size, limits.max_position_size)
    return min((limit for limit in given if limit is not None), default=None)
