"""A database that the seed's script has migrated comes over, whole or cut off after any step."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any, LiteralString

import pytest

from local.postgres import migrations
from prescient.core.errors import MigrationRefused
from tests.migrations.definitions import old_definitions
from tests.migrations.old_database import OldDatabase
from tests.migrations.script import PHASE_3, STEPS

MONEY = """
    SELECT name, initial_balance, current_balance, total_invested, trade_count, status
    FROM portfolios ORDER BY portfolio_id"""
OWNED = """
    SELECT portfolio_id, array_agg(trade_id ORDER BY id) AS trades
    FROM trades GROUP BY portfolio_id ORDER BY portfolio_id"""
V1_BUYS: LiteralString = """
    INSERT INTO trades (trade_id, timestamp, market_id, market_question, action, amount,
        entry_price, confidence, status)
    VALUES ('later', '2026-02-01', 'm1', 'Will it?', 'buy_no', 50, 0.5, 0.8, 'open');
    INSERT INTO portfolio_positions (trade_id, market_id, market_question, action, amount,
        entry_price, entry_timestamp, status)
    VALUES ('later', 'm1', 'Will it?', 'buy_no', 50, 0.5, '2026-02-01', 'open');
    UPDATE portfolio_state SET balance = balance - 50, total_invested = total_invested + 50,
        trade_count = trade_count + 1"""
V2_BUYS: LiteralString = """
    INSERT INTO trades (trade_id, timestamp, market_id, market_question, action, amount,
        entry_price, confidence, status, portfolio_id)
    VALUES ('later', '2026-02-01', 'm1', 'Will it?', 'buy_no', 50, 0.5, 0.8, 'open', 1);
    INSERT INTO portfolio_positions (trade_id, market_id, market_question, action, amount,
        entry_price, entry_timestamp, status, portfolio_id)
    VALUES ('later', 'm1', 'Will it?', 'buy_no', 50, 0.5, '2026-02-01', 'open', 1);
    UPDATE portfolios SET current_balance = current_balance - 50, last_updated = now(),
        total_invested = total_invested + 50, trade_count = trade_count + 1
    WHERE portfolio_id = 1"""
SET_STATE: LiteralString = "UPDATE portfolio_state SET balance = 9000"
SET_PORTFOLIO: LiteralString = "UPDATE portfolios SET current_balance = 9100"


@pytest.fixture
def old(old: OldDatabase) -> OldDatabase:
    """Three buys of 100 dollars from 10,000; one is sold, which brought the balance nothing."""
    old.execute("DROP TABLE alembic_version")
    old.add("portfolio_state", balance="9700.00", total_invested="300.00", trade_count=3)
    old.add("markets")
    old.add("trading_signals", trade_id=old.buy(), executed=True)
    old.buy(market_id="m2", entry_price="0.5")
    old.buy(
        market_id="m3", entry_price="0.5", status="closed", exit_price="0.9",
        exit_timestamp="2026-01-06 12:00:00",
    )  # fmt: skip
    for hour in ("09", "21"):
        old.add("portfolio_history", timestamp=f"2026-01-05 {hour}:00:00")
    return old


def _comes_back(old: OldDatabase) -> list[dict[str, Any]]:
    """Upgrade and downgrade; return what the portfolios were in between, and what they owned."""
    before = old.content(), old_definitions(old.url)
    old.upgrade()
    between = [*old.rows(MONEY), *old.rows(OWNED)]
    migrations.downgrade(old.url, "0001")
    assert (old.content(), old_definitions(old.url)) == before
    return between


def test_whole_it_is_adopted(old: OldDatabase) -> None:
    old.execute(*STEPS)
    assert _comes_back(old) == [
        {
            "name": "Default Portfolio", "initial_balance": D(10000), "current_balance": D(9700),
            "total_invested": D(200), "trade_count": 3, "status": "active",
        },
        {"portfolio_id": 1, "trades": ["t1", "t2", "t3"]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("done", "buys"),
    [*((done, V1_BUYS) for done in range(1, 8)), *((done, V2_BUYS) for done in (5, 8, 9))],
)
def test_cut_off_after_any_step_it_is_adopted_with_what_was_traded_since(
    old: OldDatabase, done: int, buys: LiteralString
) -> None:
    old.execute(*STEPS[:done], buys)
    portfolio, owned = _comes_back(old)
    assert (portfolio["current_balance"], portfolio["trade_count"]) == (D(9650), 4)
    assert owned["trades"] == ["t1", "t2", "t3", "later"]


def _third_portfolio(old: OldDatabase) -> None:
    """Two more portfolios since the script ended, each with its own trades, and one transfer."""
    old.execute(
        *STEPS,
        *PHASE_3,
        """
        INSERT INTO portfolios (
            name, strategy_type, initial_balance, current_balance, total_invested, trade_count,
            strategy_config, max_position_size, max_positions
        ) VALUES
            ('Swift', 'momentum', 5000, 4800, 100, 1, '{"min_confidence": 0.8}', 500, 5),
            ('Slow', 'mean_reversion', 20000, 19900, 200, 2, 'null', NULL, 20)""",
        """
        INSERT INTO trades (trade_id, timestamp, market_id, market_question, action, amount,
            entry_price, confidence, status, portfolio_id)
        VALUES
            ('s1', '2026-02-01', 'm1', 'Will it?', 'buy_no', 100, 0.1, 0.8, 'open', 2),
            ('s2', '2026-02-01', 'm1', 'Will it?', 'buy_yes', 150, 0.8, 0.8, 'open', 3),
            ('s3', '2026-02-02', 'm2', 'Will it?', 'buy_yes', 50, 0.4, 0.8, 'open', 3)""",
        """
        INSERT INTO portfolio_positions (trade_id, market_id, market_question, action, amount,
            entry_price, entry_timestamp, status, portfolio_id)
        SELECT trade_id, market_id, market_question, action, amount, entry_price, timestamp, status,
            portfolio_id
        FROM trades WHERE trade_id LIKE 's%'""",
        """
        INSERT INTO portfolio_history (snapshot_date, timestamp, balance, total_invested,
            total_profit_loss, total_value, open_positions, trade_count, portfolio_id)
        SELECT '2026-01-05', '2026-01-05 22:00', current_balance, total_invested, 0,
            current_balance, 1, trade_count, portfolio_id
        FROM portfolios WHERE portfolio_id > 1""",
        """
        INSERT INTO portfolio_rebalancing_log (from_portfolio_id, to_portfolio_id, amount,
            executed_by)
        VALUES (2, 3, 100, 'manual')""",
        """
        INSERT INTO portfolio_performance_cache (portfolio_id, sharpe_ratio, win_rate)
        VALUES (1, 1.2500, 55.00)""",
    )


def test_each_of_three_portfolios_comes_over_as_its_own(old: OldDatabase) -> None:
    _third_portfolio(old)
    default, swift, slow, *owned = _comes_back(old)
    assert (default["name"], default["current_balance"]) == ("Default Portfolio", D(9700))
    assert (swift["initial_balance"], swift["current_balance"]) == (D(5000), D(4800))
    assert (slow["initial_balance"], slow["total_invested"]) == (D(20000), D(200))
    assert [row["trades"] for row in owned] == [["t1", "t2", "t3"], ["s1"], ["s2", "s3"]]


def test_their_money_adds_up_and_their_rows_are_their_own(old: OldDatabase) -> None:
    _third_portfolio(old)
    report = old.upgrade()
    money = {row["name"]: row["money"] for row in report["portfolios"]}
    assert (money["Default Portfolio"]["adjustment"], money["Swift"]["adjustment"]) == (-180, 0)
    # 20,000 - 200 + 100 that were transferred; the seed's code took no notice of the transfer
    assert money["Slow"]["adjustment"] == 0
    limits = old.rows(
        "SELECT max_positions, max_position_size FROM portfolios ORDER BY portfolio_id"
    )
    assert [tuple(row.values()) for row in limits] == [(20, None), (5, D(500)), (20, None)]
    days = old.rows("SELECT portfolio_id FROM portfolio_history ORDER BY portfolio_id")
    assert [row["portfolio_id"] for row in days] == [1, 2, 3]
    (signal,) = old.rows("SELECT portfolio_id, strategy_type FROM trading_signals")
    assert signal == {"portfolio_id": 1, "strategy_type": "momentum"}


UNDECIDED: dict[str, tuple[int, tuple[LiteralString, ...]]] = {
    "a portfolio that is gone": (
        5,
        (
            "UPDATE trades SET portfolio_id = 7 WHERE trade_id = 't2'",
            "UPDATE portfolio_positions SET portfolio_id = 7 WHERE trade_id = 't2'",
        ),
    ),
    "which one the script made": (
        4,
        (
            "UPDATE portfolios SET name = 'First', description = NULL",
            "INSERT INTO portfolios (name, strategy_type, initial_balance, current_balance)"
            " VALUES ('Second', 'random', 500, 500)",
        ),
    ),
    "two balances": (7, (SET_STATE, SET_PORTFOLIO)),
    "no portfolio": (2, ("DROP TABLE portfolio_state",)),
}


@pytest.mark.parametrize("kind", UNDECIDED)
def test_what_the_data_do_not_decide_is_refused_with_what_mends_it(
    old: OldDatabase, kind: str
) -> None:
    done, broken = UNDECIDED[kind]
    old.execute(*STEPS[:done], *broken)
    trades = old.rows("SELECT trade_id FROM trades ORDER BY id")
    before = old.content(), old_definitions(old.url)
    with pytest.raises(MigrationRefused, match="the data do not decide") as refused:
        old.upgrade()
    assert (old.content(), old_definitions(old.url)) == before
    for remedy in refused.value.remedies:
        old.execute(remedy.before)
    old.upgrade()
    assert old.rows("SELECT trade_id FROM trades ORDER BY id") == trades
