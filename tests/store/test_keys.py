"""What dropped foreign keys held, the others hold: docs/adr/0025-a-lean-schema.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Connection, errors

from benchmarks.holdings import Holdings, fill
from local.exchange.simulated import EPOCH

POSITION: LiteralString = """
    INSERT INTO portfolio_positions (
        portfolio_id, trade_id, market_id, market_question, action, bought_shares, shares, amount,
        fee, cost_basis, entry_price, entry_bid, entry_timestamp, status, evidence
    )
    SELECT %s, %s, 'm9', '?', 'buy_yes', 1, 1, 1, 0, 1, 0.5, 0.5, now(), 'open', 'book'"""
EXIT: LiteralString = """
    INSERT INTO position_exits (
        portfolio_id, position_id, kind, shares, price, proceeds, fee, cost_basis, realized_pnl,
        source, timestamp
    )
    SELECT %s, id, 'manual', 1, 0.5, 0.5, 0, 0.5, 0, 'attack', now()
    FROM portfolio_positions WHERE portfolio_id = %s"""


@pytest.fixture
def two_hold_one_each(database_url: str) -> Iterator[Connection[Any]]:
    """As the owner of the tables, whom no row-level security binds."""
    fill(database_url, Holdings(portfolios=2, positions=1, markets=5), EPOCH)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE prescient_owner")
        yield connection


@pytest.mark.parametrize("portfolio_id", [1, 3], ids=["another's trade", "no portfolio"])
def test_a_position_is_of_the_portfolio_of_its_trade(
    two_hold_one_each: Connection[Any], portfolio_id: int
) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match="portfolio_id_trade_id_fkey"):
        two_hold_one_each.execute(POSITION, (portfolio_id, "trade-2-1"))


@pytest.mark.parametrize("portfolio_id", [1, 3], ids=["another's position", "no portfolio"])
def test_an_exit_is_of_the_portfolio_of_its_position(
    two_hold_one_each: Connection[Any], portfolio_id: int
) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match="portfolio_id_position_id_fkey"):
        two_hold_one_each.execute(EXIT, (portfolio_id, 2))


def test_positions_and_exits_go_with_their_portfolio(two_hold_one_each: Connection[Any]) -> None:
    two_hold_one_each.execute(EXIT, (2, 2))
    two_hold_one_each.execute("DELETE FROM portfolios WHERE portfolio_id = 2")
    for table in ("portfolio_positions", "position_exits", "trades"):
        left = two_hold_one_each.execute(f"SELECT DISTINCT portfolio_id FROM {table}").fetchall()
        assert (2,) not in left
