"""The seed's price updater: for each portfolio all markets, for each position two transactions.

It is what `price_update` is compared with, in its own arithmetic: (price − entry) × dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from prescient.store import statements

SQL = statements.load(__file__)
Row = Mapping[str, Any]
Connection = psycopg.Connection[dict[str, Any]]


def prepare(url: str) -> None:
    """Add the column that the seed writes, and allow any number of tape rows a market."""
    with psycopg.connect(url) as connection:
        connection.execute(SQL["prepare"])


def update(url: str, portfolios: int, now: datetime) -> None:
    """Update the first `portfolios` active ones on one connection, a commit a statement."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        for portfolio in connection.execute(SQL["select_portfolios"], {"portfolios": portfolios}):
            _update_portfolio(connection, portfolio["portfolio_id"], now)


def _update_portfolio(connection: Connection, portfolio_id: int, now: datetime) -> None:
    owner = {"portfolio_id": portfolio_id}
    positions = connection.execute(SQL["select_positions"], owner).fetchall()
    prices = _prices(connection, {position["market_id"] for position in positions})
    total = Decimal(0)
    for position in positions:
        market = prices[position["market_id"]]
        pnl = _pnl(position, market)
        connection.execute(SQL["update_position"], {**position, **owner, "pnl": pnl})
        connection.execute(SQL["insert_snapshot"], {**market, "now": now})
        total += pnl
    connection.execute(SQL["update_portfolio"], {**owner, "pnl": total, "now": now})


def _prices(connection: Connection, market_ids: set[str]) -> Mapping[str, Row]:
    """Read every market with its JSON, as the seed does, to find those that a portfolio holds."""
    markets = connection.execute(SQL["select_markets"]).fetchall()
    return {market["market_id"]: market for market in markets if market["market_id"] in market_ids}


def _pnl(position: Row, market: Row) -> Decimal:
    price = market["yes_price" if position["action"] == "buy_yes" else "no_price"]
    return Decimal((price - position["entry_price"]) * position["amount"])
