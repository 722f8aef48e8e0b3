"""How many dollars a signal asks for."""

from __future__ import annotations

from decimal import Decimal

from prescient.core.money import cents_down
from prescient.core.portfolios import Limits
from prescient.core.strategies.configuration import StrategyConfiguration

WHOLE = Decimal(1)


def budget(configuration: StrategyConfiguration, equity: Decimal, limits: Limits) -> Decimal:
    """Dollars for one buy, fees included.

    `trade_amount`, or, where `risk_per_trade` is set, equity × risk / stop (stop 1 if unset: the
    whole trade is at risk); never above the position limit.
    """
    wanted = configuration.trade_amount
    if configuration.risk_per_trade is not None:
        stop = configuration.stop_loss_percentage or WHOLE
        wanted = cents_down(equity * configuration.risk_per_trade / stop)
    size_limit = position_limit(configuration, limits)
    return wanted if size_limit is None else min(wanted, size_limit)


def position_limit(configuration: StrategyConfiguration, limits: Limits) -> Decimal | None:
    """Dollars a position: the tighter of the portfolio's limit and the configuration's."""
    given = [
        limit
        for limit in (configuration.max_position_size, limits.max_position_size)
        if limit is not None
    ]
    return min(given, default=None)
