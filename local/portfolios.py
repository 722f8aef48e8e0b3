"""The portfolios of `make run`: four ways to be a momentum trader, made through the API."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from local.gateway import Gateway
from local.http_server import Request

INITIAL_BALANCE = 10_000
FOUR: tuple[Mapping[str, Any], ...] = (
    {
        "name": "House momentum",
        "description": "The default configuration: deep markets, prices of 0.75 to 0.80",
        "strategy_config": {},
    },
    {
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


class CreationRefused(Exception):
    """The API did not create a portfolio; the message is its answer."""


def create_missing(gateway: Gateway, existing: Collection[str]) -> list[str]:
    """Creates those of the four whose names are not in `existing`; the names of the new ones."""
    created = [portfolio for portfolio in FOUR if portfolio["name"] not in existing]
    for portfolio in created:
        _create(gateway, portfolio)
    return [portfolio["name"] for portfolio in created]


def _create(gateway: Gateway, portfolio: Mapping[str, Any]) -> None:
    wanted = {"strategy_type": "momentum", "initial_balance": INITIAL_BALANCE, **portfolio}
    headers = {"content-type": "application/json"}
    request = Request("POST", "/portfolios/create", headers, json.dumps(wanted).encode())
    response = gateway.respond(request)
    if response.status >= 400:  # noqa: PLR2004 (client and server errors)
        raise CreationRefused(f"{portfolio['name']}: {response.status} {response.body.decode()}")
