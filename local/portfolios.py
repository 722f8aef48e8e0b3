"""The portfolios of `make run`: one a strategy, made through the API."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from local.gateway import Gateway
from local.http_server import Request

INITIAL_BALANCE = 10_000
FOUR: tuple[Mapping[str, Any], ...] = (
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
)


class CreationRefused(Exception):
    """The API did not create a portfolio; the message is its answer."""


def create_missing(gateway: Gateway, existing: Collection[str]) -> list[str]:
    """Creates those of the four whose names are not in `existing`; the names of the new ones."""
    created = [portfolio for portfolio in FOUR if portfolio["name"] not in existing]
    for portfolio in created:
        _create(gateway, portfolio)
    return [portfolio["name"] for portfolio in created]


def _create(gateway: Gateway, portfolio: Mapping[str, Any]) -> None:
    wanted = {"initial_balance": INITIAL_BALANCE, **portfolio}
    headers = {"content-type": "application/json"}
    request = Request("POST", "/portfolios/create", headers, json.dumps(wanted).encode())
    response = gateway.respond(request)
    if response.status >= 400:  # noqa: PLR2004 (client and server errors)
        raise CreationRefused(f"{portfolio['name']}: {response.status} {response.body.decode()}")
