"""Whichever number of the books is altered by hand, by however little: reconcile names a break."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from psycopg import DataError, IntegrityError, sql

from prescient.usecases import reconcile
from tests.usecases.traded import Altered, trade
from tests.world import World

REBUILT = {
    "capital_in_use": ["cost_basis"],
    "cash_ledger": ["amount", "balance_after"],
    "cycle_portfolios": ["signals", "trades", "equity"],
    "market_exposure": ["cost_basis"],
    "portfolio_equity": [
        "balance", "total_invested", "total_profit_loss", "equity", "equity_at_bid",
        "open_positions", "flow",
    ],
    "portfolio_history": [
        "balance", "total_invested", "total_profit_loss", "total_value", "open_positions",
        "trade_count",
    ],
    "portfolio_positions": [
        "bought_shares", "shares", "amount", "fee", "cost_basis", "entry_price", "entry_bid",
        "stop_loss_bid", "take_profit_bid", "realized_pnl", "exit_price",
    ],
    "portfolio_rebalancing_log": ["amount"],
    "portfolios": [
        "initial_balance", "current_balance", "total_invested", "total_profit_loss",
        "realized_pnl", "trade_count", "total_winning_trades",
        "total_losing_trades", "avg_trade_pnl", "closed_positions", "closed_pnl", "current_run",
        "max_consecutive_wins", "max_consecutive_losses", "value_at_bid", "open_positions",
    ],
    "position_exits": ["shares", "price", "proceeds", "fee", "cost_basis", "realized_pnl"],
    "trades": [
        "shares", "amount", "fee", "entry_price", "target_price", "confidence", "realized_pnl",
    ],
}  # fmt: skip
EXCUSED = {
    "portfolio_positions": {"kept_mark"},  # that of a market which is another one by now
    "portfolios": {
        # settings
        "config_version", "max_position_size", "max_total_exposure", "max_positions",
        "drawdown_limit", "drawdown_limit_percent", "twin_of",
        # peaks of what moves between equity points too: kept within bounds
        "peak_equity", "max_drawdown", "peak_profit", "index_peak",
    },
    "trades": {"quote_delay_seconds"},  # no read shows it
}  # fmt: skip
NUMERIC = """
SELECT column_name, numeric_scale FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
    AND data_type IN ('numeric', 'integer', 'bigint')
    AND column_name <> 'id' AND column_name NOT LIKE '%%\\_id' AND column_name <> 'entry_no'
"""
ALTER = """
UPDATE {table} SET {column} = {column} + {by} WHERE ctid = (
    SELECT ctid FROM {table} WHERE {column} IS NOT NULL ORDER BY ctid
    OFFSET {place} % (SELECT count({column}) FROM {table}) LIMIT 1
)
"""


@pytest.fixture(scope="module")
def traded(shared_database_url: str) -> Iterator[World]:
    """What no test of this module changes for good."""
    with World(shared_database_url) as world:
        trade(world)
        yield world


@pytest.mark.parametrize("table", REBUILT)
def test_every_number_of_the_books_is_rebuilt_or_excused(traded: World, table: str) -> None:
    stored = {row["column_name"] for row in traded.rows(NUMERIC, table)}
    assert stored == {*REBUILT[table]} | EXCUSED.get(table, set())


@given(
    number=st.sampled_from([(table, name) for table, names in REBUILT.items() for name in names]),
    place=st.integers(0, 100),
    steps=st.integers(-3, 3) | st.integers(-(10**6), 10**6),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_number_altered_by_hand_is_named_or_refused(
    traded: World, number: tuple[str, str], place: int, steps: int
) -> None:
    """By steps of its last decimal; the database refuses what a CHECK or a column does not hold."""
    table, column = number
    (scale,) = (
        row["numeric_scale"] for row in traded.rows(NUMERIC, table) if row["column_name"] == column
    )
    alteration = sql.SQL(ALTER).format(
        table=sql.Identifier(table),
        column=sql.Identifier(column),
        by=sql.Literal(steps) + sql.SQL(f" * 10.0 ^ -{scale or 0}"),
        place=sql.Literal(place),
    )
    try:
        found = reconcile.run(Altered(traded.database_url, alteration)).breaks
    except (DataError, IntegrityError):
        event("refused")
    else:
        assert bool(found) == (steps != 0)
