"""A portfolio's configuration as its strategy reads it, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prescient.core.errors import InvalidRequest
from prescient.core.market.markets import FeeSchedule
from prescient.core.portfolio.configurations import merged
from prescient.core.portfolio.exits import triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.configuration import StrategyConfiguration
from prescient.store import positions
from prescient.store.database import Session
from prescient.store.portfolios import PortfolioRow


def changed(
    present: PortfolioRow,
    strategy_type: str | None,
    values: Mapping[str, object] | None,
    *,
    merges: bool,
) -> StrategyConfiguration | None:
    """Return the configuration after a change, valid for the strategy type after the change.

    `values` replace the present keys, or with `merges` change them as a merge patch does; None
    leaves them as they are. Return None where neither they nor the type change, so that a portfolio
    whose strategy is gone can still be paused. Raises `InvalidRequest`.
    """
    if strategy_type is None and values is None:
        return None
    strategy_type = strategy_type or present.strategy_type
    if values is not None:
        wanted = merged(present.strategy_config, values) if merges else values
        return registry.configuration(strategy_type, wanted)
    try:
        return registry.configuration(strategy_type, present.strategy_config)
    except InvalidRequest as error:
        problem = f"strategy_type: the present strategy_config is not one of {strategy_type}"
        raise InvalidRequest(f"{problem}, so send one: {error}") from error


def as_given(configuration: StrategyConfiguration) -> dict[str, Any]:
    """Return only the keys that the user named: the others follow the strategy's defaults."""
    return configuration.model_dump(exclude_unset=True)


def move_triggers(
    session: Session, portfolio_id: PortfolioId, configuration: StrategyConfiguration
) -> None:
    """Move the stop-loss and take-profit of every open position to where the keys put them now."""
    wanted = {
        position.position_id: triggers(
            position.entry_price,
            position.entry_bid,
            configuration.stop_loss_percentage,
            configuration.take_profit_percentage,
            tick_size=position.tick_size,
            fee=FeeSchedule(position.fee_rate, position.fee_exponent),
            group_id=position.group_id,
        )
        for position in positions.entries(session, portfolio_id)
    }
    positions.set_triggers(session, portfolio_id, wanted)
