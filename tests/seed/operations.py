"""What the plan's unit tests call: over HTTP, but for the rows that no route may write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
import requests

from tests.seed.address import BASE_URL

DATABASE_URL = ""
Values = Mapping[str, Any]


def create_portfolio(portfolio_data: Values) -> int:
    answer = requests.post(f"{BASE_URL}/portfolios/create", json=portfolio_data, timeout=10)
    answer.raise_for_status()
    portfolio_id: int = answer.json()["portfolio_id"]
    return portfolio_id


def get_portfolio_state(portfolio_id: int) -> dict[str, Any]:
    answer = requests.get(f"{BASE_URL}/portfolios/{portfolio_id}", timeout=10)
    answer.raise_for_status()
    portfolio: dict[str, Any] = answer.json()["portfolio"]
    return portfolio


def get_all_portfolios(status: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{BASE_URL}/paper-trading/portfolio", timeout=10)
    answer.raise_for_status()
    return [found for found in answer.json()["portfolios"] if found["status"] == status]


def get_portfolio_positions(portfolio_id: int, status: str) -> list[dict[str, Any]]:
    positions = get_portfolio_state(portfolio_id)["positions"]
    return [position for position in positions if position["status"] == status]


def update_portfolio(portfolio_id: int, updates: Values) -> None:
    """Write balances, which follow from trades and have no route."""
    values = {"portfolio_id": portfolio_id, **updates}
    _write(
        "UPDATE portfolios SET current_balance = %(current_balance)s, "
        "total_invested = %(total_invested)s, trade_count = %(trade_count)s "
        "WHERE portfolio_id = %(portfolio_id)s",
        values,
    )


def insert_trade(trade: Values, portfolio_id: int) -> None:
    """Write a trade as the plan's system knew it, without shares or fee."""
    _write(
        "INSERT INTO trades (portfolio_id, trade_id, timestamp, market_id, market_question, "
        "action, amount, fee, entry_price, status, origin) VALUES (%(portfolio_id)s, "
        "%(trade_id)s, %(timestamp)s, %(market_id)s, %(market_question)s, %(action)s, "
        "%(amount)s, 0, %(entry_price)s, %(status)s, 'v1')",
        {"portfolio_id": portfolio_id, **trade},
    )


def add_portfolio_position(position: Values, portfolio_id: int) -> None:
    """Write a position with its trade."""
    values = {"portfolio_id": portfolio_id, **position}
    insert_trade({"timestamp": position["entry_timestamp"], **position}, portfolio_id)
    _write(
        "INSERT INTO portfolio_positions (portfolio_id, trade_id, market_id, market_question, "
        "action, amount, fee, cost_basis, entry_price, entry_timestamp, status, origin) VALUES "
        "(%(portfolio_id)s, %(trade_id)s, %(market_id)s, %(market_question)s, %(action)s, "
        "%(amount)s, 0, %(amount)s, %(entry_price)s, %(entry_timestamp)s, %(status)s, 'v1')",
        values,
    )


def _write(statement: Any, values: Values) -> None:
    with psycopg.connect(DATABASE_URL) as connection:
        connection.execute(statement, values)
