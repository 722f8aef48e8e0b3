"""The portfolios that `make run` trades with, as the API creates them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RANDOM: Mapping[str, Any] = {
    "name": "Random",
    "description": "Buys by lot: a strategy that is no better has no edge",
    "strategy_type": "random",
    "strategy_config": {"min_liquidity": 5_000, "min_volume": 10_000},
}
"""Part of every set, so that there is something to beat."""

WITHOUT_A_STOP: Mapping[str, Any] = {
    "name": "Momentum, no stop",
    "description": "Momentum but for its stop: what that is worth shows in the comparison of both",
    "twin_of": "Momentum",
    "changed": {"key": "strategy_config.stop_loss_percentage", "value": None},
    "reason": "What is the stop worth?",
}
"""A twin, which the API clones from the portfolio of that name."""

ONE_A_STRATEGY: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Momentum",
        "description": "Favourites from 0.65 that drift upwards, out at a loss of a quarter",
        "strategy_type": "momentum",
        "strategy_config": {
            "min_confidence": 0.65,
            "min_liquidity": 5_000,
            "min_volume": 10_000,
            "stop_loss_percentage": 0.25,
        },
        "max_total_exposure": 5_000,
    },
    {
        "name": "Mean reversion",
        "description": "Prices two deviations off their mean of a week, until they are back",
        "strategy_type": "mean_reversion",
        "strategy_config": {"min_liquidity": 5_000, "min_volume": 10_000, "min_observations": 10},
        "max_total_exposure": 5_000,
    },
    {
        "name": "Arbitrage",
        "description": "Legs that together pay more than they cost, whatever happens",
        "strategy_type": "arbitrage",
        "strategy_config": {
            "trade_amount": 1_000,
            "max_depth_share": 0.5,
            "min_liquidity": 1_000,
            "min_volume": 1_000,
            "max_spread": 0.10,
        },
        "max_positions": 60,
    },
    {
        "name": "Hybrid",
        "description": "A vote of momentum and mean reversion, in which one voice may be enough",
        "strategy_type": "hybrid",
        "strategy_config": {
            "min_voters": 1,
            "min_confidence": 0.70,
            "min_liquidity": 5_000,
            "min_volume": 10_000,
            "momentum": {"min_confidence": 0.70, "max_conviction": 0.80},
            "mean_reversion": {"min_observations": 10},
            "stop_loss_percentage": 0.30,
            "take_profit_percentage": 0.30,
        },
        "max_position_size": 100,
    },
    RANDOM,
    WITHOUT_A_STOP,
)

OF_AN_OWN_STRATEGY = "A strategy of your own, by its defaults"
"""The description of a portfolio that a run made for a module of STRATEGIES_PATH."""

# A recording of a few days has neither the past that mean reversion needs nor books for arbitrage.
FOUR_MOMENTUM: tuple[Mapping[str, Any], ...] = (
    {
        "strategy_type": "momentum",
        "name": "House momentum",
        "description": "The default configuration: deep markets, prices of 0.75 to 0.80",
        "strategy_config": {},
    },
    {
        "strategy_type": "momentum",
        "name": "Broad momentum",
        "description": "More and smaller markets, from a price of 0.60, out at a loss of a quarter",
        "strategy_config": {
            "min_confidence": 0.60,
            "min_liquidity": 5_000,
            "min_volume": 10_000,
            "stop_loss_percentage": 0.25,
        },
        "max_total_exposure": 3_000,
    },
    {
        "strategy_type": "momentum",
        "name": "Near certain",
        "description": "Favourites from 0.85 that still pay a little, larger trades",
        "strategy_config": {
            "min_confidence": 0.85,
            "max_conviction": 0.95,
            "min_liquidity": 2_000,
            "trade_amount": 250,
        },
        "max_positions": 30,
    },
    {
        "strategy_type": "momentum",
        "name": "Early movers",
        "description": "Small markets that moved two cents in a day, with a stop and a target",
        "strategy_config": {
            "min_confidence": 0.55,
            "min_conviction": 0.10,
            "max_conviction": 0.80,
            "min_drift": 0.02,
            "min_liquidity": 1_000,
            "min_volume": 5_000,
            "trade_amount": 50,
            "stop_loss_percentage": 0.30,
            "take_profit_percentage": 0.30,
        },
        "max_position_size": 100,
    },
)
