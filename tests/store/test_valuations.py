"""The views that value positions and portfolios say what `core.accounting.valuation` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prescient.core.accounting.valuation import (
    HighWaterMark,
    MarketPrice,
    PricedPosition,
    Valuation,
    valuation,
)
from prescient.core.market.markets import Outcome
from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import portfolios
from tests.builders import NOON
from tests.world import World

on_one_database = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
prices = st.integers(0, 1000).map(lambda thousandths: D(thousandths) / 1000)
amounts = st.integers(0, 2_000_000).map(lambda cents: D(cents) / 100)
market_prices = st.builds(MarketPrice, st.none() | prices, st.none() | prices, st.none() | prices)
market_rows = st.tuples(market_prices, st.booleans(), st.sampled_from([None, D(0), D("0.5"), D(1)]))
MARKETS = ("m1", "m2", "m3")
MarketRow = tuple[MarketPrice, bool, D | None]
"""A market's price, whether it can be traded, and what YES pays once it is resolved."""


@dataclass(frozen=True)
class Stored:
    """An open position of a test; shares are None where they are unknown."""

    market_id: str
    outcome: Outcome
    shares: D | None
    cost_basis: D
    triggers: Triggers


positions = st.builds(
    Stored,
    st.sampled_from((*MARKETS, "never read")),
    st.sampled_from(Outcome),
    st.none() | st.integers(1, 1_000_000).map(lambda hundredths: D(hundredths) / 100),
    amounts.map(lambda amount: amount + D("0.01")),
    st.builds(Triggers, st.none() | prices, st.none() | prices),
)


@dataclass(frozen=True)
class Account:
    """What a portfolio's row says before its totals are rewritten."""

    balance: D
    realized_pnl: D
    high_water: HighWaterMark
    positions: list[Stored]


accounts = st.builds(
    Account,
    amounts,
    amounts | amounts.map(lambda amount: -amount),
    st.builds(HighWaterMark, amounts, amounts),
    st.lists(positions, max_size=5),
)


@on_one_database
@given(st.tuples(*(market_rows for _ in MARKETS)), st.lists(accounts, min_size=1, max_size=3))
def test_the_view_and_the_totals_are_those_of_the_core(
    world: World, shown: tuple[MarketRow, ...], given_accounts: list[Account]
) -> None:
    _write(world, dict(zip(MARKETS, shown, strict=True)), given_accounts)
    by_market = {name: price for name, (price, *_) in zip(MARKETS, shown, strict=True)}
    valued = world.rows("SELECT * FROM portfolio_valuations ORDER BY portfolio_id")
    assert len(valued) == len(given_accounts)
    for portfolio_id, (row, account) in enumerate(zip(valued, given_accounts, strict=True), 1):
        expected = _expected(account, by_market)
        after = account.high_water.after(expected.equity)
        rewritten = {
            "total_invested": expected.invested,
            "total_profit_loss": expected.total_profit_loss,
            "value_at_bid": expected.value_at_bid,
            "open_positions": expected.open_positions,
            "total_value": expected.equity,
            "peak_equity": after.peak_equity,
            "max_drawdown": after.max_drawdown,
        }
        assert row == {
            "portfolio_id": portfolio_id,
            "invested": expected.invested,
            "value": expected.value,
            "value_at_bid": expected.value_at_bid,
            "unrealized_pnl": expected.unrealized_pnl,
            "total_profit_loss": expected.total_profit_loss,
            "equity": expected.equity,
            "equity_at_bid": expected.equity_at_bid,
            "peak_equity": after.peak_equity,
            "max_drawdown": after.max_drawdown,
            "open_positions": expected.open_positions,
        }
        with world.context.database.transaction() as session:
            portfolios.rewrite_totals(session, [PortfolioId(portfolio_id)], NOON)
        assert _totals(world, portfolio_id, rewritten) == rewritten


@on_one_database
@given(st.tuples(*(market_rows for _ in MARKETS)), accounts)
def test_a_position_is_quoted_as_the_core_says(
    world: World, shown: tuple[MarketRow, ...], account: Account
) -> None:
    _write(world, dict(zip(MARKETS, shown, strict=True)), [account])
    by_market = {name: price for name, (price, *_) in zip(MARKETS, shown, strict=True)}
    unread = MarketPrice(None, None, None)
    quoted = world.rows(
        "SELECT bid, ask, quoted_at IS NOT NULL AS is_quoted FROM position_valuations"
        " ORDER BY position_id"
    )
    assert quoted == [
        {
            "bid": by_market.get(position.market_id, unread).bid_of(position.outcome),
            "ask": by_market.get(position.market_id, unread).ask_of(position.outcome),
            "is_quoted": position.market_id in by_market,
        }
        for position in account.positions
    ]


@on_one_database
@given(accounts, st.lists(amounts | amounts.map(lambda amount: -amount), max_size=3))
def test_flows_move_the_peak_as_the_core_does(
    world: World, account: Account, flows: list[D]
) -> None:
    _write(world, {}, [account])
    expected = account.high_water
    for flow in flows:
        expected = expected.after_flow(flow)
        with world.context.database.transaction() as session:
            portfolios.shift_peaks(session, [(PortfolioId(1), flow)], NOON)
    stored = {"peak_equity": expected.peak_equity, "max_drawdown": expected.max_drawdown}
    assert _totals(world, 1, stored) == stored


def test_one_portfolio_is_valued_from_its_own_rows(world: World) -> None:
    """A condition on the portfolio reaches the positions below the sums of the view."""
    held = [Stored("m1", Outcome.YES, D(1), D(1), Triggers(None, None))] * 3
    _write(world, {}, [Account(D(1), D(0), HighWaterMark(D(1)), held)] * 500)
    with psycopg.connect(world.database_url) as connection:
        connection.execute("ANALYZE portfolios, portfolio_positions")
        plan = connection.execute(
            "EXPLAIN SELECT * FROM portfolio_valuations WHERE portfolio_id = ANY ('{7}'::int[])"
        ).fetchall()
    assert not [line for (line,) in plan if "Seq Scan on portfolio_positions" in line], plan


def _expected(account: Account, by_market: dict[str, MarketPrice]) -> Valuation:
    unknown = MarketPrice(None, None, None)
    return valuation(
        account.balance,
        account.realized_pnl,
        [
            PricedPosition(
                position.outcome,
                position.shares,
                position.cost_basis,
                by_market.get(position.market_id, unknown),
            )
            for position in account.positions
        ],
    )


def _totals(world: World, portfolio_id: int, names: dict[str, Any]) -> dict[str, Any]:
    row = world.row("SELECT * FROM portfolios WHERE portfolio_id = %s", portfolio_id)
    return {name: row[name] for name in names}


def _write(world: World, shown: Mapping[str, MarketRow], given_accounts: list[Account]) -> None:
    """Store portfolios 1, 2, … as they are given, and the markets' prices."""
    world.empty()
    with psycopg.connect(world.database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # positions without trades
        for market_id, (price, tradable, payout) in shown.items():
            connection.execute(
                "INSERT INTO markets (market_id, question, yes_outcome, no_outcome, tick_size,"
                " neg_risk, fee_rate, fee_exponent, market_data, created_at, updated_at)"
                " VALUES (%s, 'Will it?', 'Yes', 'No', 0.01, false, 0, 1, '{}', now(), now())",
                [market_id],
            )
            connection.execute(
                "INSERT INTO market_prices VALUES (%s, 1, now(), %s, %s, %s, false, %s, false, %s)",
                [market_id, price.best_bid, price.best_ask, price.mark, tradable, payout],
            )
        for portfolio_id, account in enumerate(given_accounts, 1):
            _write_account(connection, portfolio_id, account)


def _write_account(connection: psycopg.Connection[Any], number: int, account: Account) -> None:
    connection.execute(
        "INSERT INTO portfolios (portfolio_id, name, strategy_type, initial_balance,"
        " current_balance, realized_pnl, peak_equity, max_drawdown, created_at, last_updated)"
        " OVERRIDING SYSTEM VALUE"
        " VALUES (%s, %s, 'momentum', 1, %s, %s, %s, %s, now(), now())",
        [
            number, f"p{number}", account.balance, account.realized_pnl,
            account.high_water.peak_equity, account.high_water.max_drawdown,
        ],
    )  # fmt: skip
    for position in account.positions:
        action = "buy_yes" if position.outcome is Outcome.YES else "buy_no"
        flag = "unknown_shares" if position.shares is None else None
        connection.execute(
            "INSERT INTO portfolio_positions (portfolio_id, trade_id, market_id, market_question,"
            " action, bought_shares, shares, amount, fee, cost_basis, entry_price, entry_bid,"
            " stop_loss_bid, take_profit_bid, entry_timestamp, status, flag, origin)"
            " VALUES (%s, 't' || nextval('trades_id_seq'), %s, 'Will it?', %s, %s, %s, %s, 0, %s,"
            " 0.5, 0.5, %s, %s, now(), 'open', %s, 'v1')",
            [
                number, position.market_id, action, position.shares, position.shares,
                position.cost_basis, position.cost_basis, position.triggers.stop_loss_bid,
                position.triggers.take_profit_bid, flag,
            ],
        )  # fmt: skip
