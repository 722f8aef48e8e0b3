"""Each kind of row that the new schema cannot hold as it is: kept, or moved whole; never dropped.

Every test ends with a downgrade, which brings back what was there.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from local.postgres import migrations
from tests.migrations.old_database import OldDatabase, Returning

CANNOT_BE_CARRIED = (
    ("trades", {"trade_id": "t1", "amount": "0"}, "amount is not above 0"),
    ("trades", {"trade_id": "t2", "amount": "NaN"}, "amount is not above 0"),
    ("trades", {"trade_id": "t3", "confidence": "NaN"}, "not a number"),
    ("portfolio_positions", {"trade_id": "t1", "amount": "-3.50"}, "amount is not above 0"),
    (
        "portfolio_positions",
        {"trade_id": "t2", "status": "closed", "exit_price": "0.5"},
        "closed without an exit time",
    ),
    ("trading_signals", {"amount": "0"}, "amount is not above 0"),
    ("trading_signals", {"yes_price": "NaN"}, "not a number"),
    ("portfolio_history", {"trade_count": -1}, "negative count"),
    ("portfolio_history", {"snapshot_date": "infinity"}, "time out of range"),
    ("events", {"event_id": None}, "no event_id"),
    ("markets", {"market_id": None}, "no market_id"),
    ("market_snapshots", {"market_id": None}, "no market_id"),
    ("market_snapshots", {"timestamp": None}, "no time, or out of range"),
    ("market_snapshots", {"yes_price": "1.01"}, "price outside [0, 1]"),
    ("market_snapshots", {"no_price": "-0.01"}, "price outside [0, 1]"),
)
POSITION = """
    SELECT status, shares, cost_basis, realized_pnl, flag, exit_price
    FROM portfolio_positions"""


@pytest.fixture
def old(returning: Returning) -> Returning:
    return returning


def test_of_several_history_rows_a_day_the_latest_stays(old: OldDatabase) -> None:
    for hour in ("09", "21", "15"):
        old.add("portfolio_history", timestamp=f"2026-01-05 {hour}:00:00")
    old.upgrade()
    assert [row["id"] for row in old.rows("SELECT id FROM portfolio_history")] == [2]
    reason = "older row of the same day"
    assert old.moved("portfolio_history") == [("1", reason), ("3", reason)]


def test_p_and_l_that_was_null_stays_unknown_beside_the_corrected(old: OldDatabase) -> None:
    old.add("markets", yes_price="0.90")
    old.buy(current_pnl=None, realized_pnl=None)
    old.upgrade()
    differences = old.rows("SELECT * FROM migration_differences")
    assert [row["old_current_pnl"] for row in differences] == [None, None]
    worth = Decimal("129.03") * Decimal("0.90")
    assert {row["corrected_pnl"] for row in differences} == {round(worth, 2) - 100}


def test_a_closed_position_without_an_exit_price_moves_whole(old: OldDatabase) -> None:
    old.buy(status="closed", realized_pnl="12.34", exit_timestamp="2026-01-06 12:00:00")
    report = old.upgrade()
    assert old.moved("portfolio_positions") == [("1", "closed without an exit price")]
    kept = old.row("SELECT row FROM legacy_rows")["row"]
    assert (kept["realized_pnl"], kept["amount"]) == (12.34, 100.00)
    assert old.row("SELECT status, realized_pnl FROM trades") == {
        "status": "closed",
        "realized_pnl": None,
    }
    assert report["flags"]["trades_without_a_position"] == 1


def test_an_executed_signal_without_a_trade_stays_executed(old: OldDatabase) -> None:
    old.add("trading_signals", executed=True, executed_at="2026-01-05 12:01:00", trade_id=None)
    report = old.upgrade()
    assert old.row("SELECT executed, trade_id FROM trading_signals") == {
        "executed": True,
        "trade_id": None,
    }
    assert report["flags"]["executed_signals_without_a_trade"] == 1


def test_a_signal_whose_trade_is_refused_keeps_its_name_aside(old: OldDatabase) -> None:
    old.add("trades", trade_id="odd", action="hold")
    old.add("trading_signals", executed=True, trade_id="odd")
    old.upgrade()
    assert old.row("SELECT trade_id FROM trading_signals") == {"trade_id": None}
    assert old.kept("trading_signals") == {"1": {"trade_id": "odd"}}


def test_a_signal_whose_trade_is_missing_keeps_its_name_aside(old: OldDatabase) -> None:
    old.execute("ALTER TABLE trading_signals DROP CONSTRAINT trading_signals_trade_id_fkey")
    old.add("trading_signals", executed=True, trade_id="nowhere")
    old.execute(
        "ALTER TABLE trading_signals"
        " ADD FOREIGN KEY (trade_id) REFERENCES trades (trade_id) NOT VALID"
    )
    old.upgrade()
    assert old.row("SELECT executed, trade_id FROM trading_signals") == {
        "executed": True,
        "trade_id": None,
    }
    assert old.kept("trading_signals") == {"1": {"trade_id": "nowhere"}}


def test_of_signals_that_share_a_trade_the_first_names_it(old: OldDatabase) -> None:
    trade = old.buy()
    for _ in range(2):
        old.add("trading_signals", executed=True, trade_id=trade)
    old.upgrade()
    named = old.rows("SELECT id, trade_id FROM trading_signals ORDER BY id")
    assert [row["trade_id"] for row in named] == [trade, None]
    assert old.kept("trading_signals") == {"2": {"trade_id": trade}}


def test_a_trade_without_a_position_counts_as_bought_and_is_flagged(old: OldDatabase) -> None:
    old.add("portfolio_state", balance="9900.00")
    old.add("trades", trade_id="alone", amount="100.00")
    report = old.upgrade()
    assert old.row("SELECT trade_count, current_balance, initial_balance FROM portfolios") == {
        "trade_count": 1,
        "current_balance": Decimal("9900.00"),
        "initial_balance": Decimal("10000.00"),
    }
    assert report["flags"]["trades_without_a_position"] == 1
    assert report["portfolios"][0]["money"]["adjustment"] == -100


def test_a_position_without_a_trade_makes_one_that_says_so(old: OldDatabase) -> None:
    old.add("portfolio_positions", trade_id="alone")
    report = old.upgrade()
    assert old.row("SELECT trade_id, amount, origin FROM trades") == {
        "trade_id": "alone",
        "amount": Decimal("100.00"),
        "origin": "v1_position",
    }
    assert report["flags"]["trades_taken_from_positions"] == 1


@pytest.mark.parametrize("action", ["hold", "BUY_YES", ""])
def test_an_unknown_action_moves_whole(old: OldDatabase, action: str) -> None:
    old.buy(action=action)
    old.add("trading_signals", action=action)
    old.upgrade()
    for table in ("trades", "portfolio_positions", "trading_signals"):
        assert old.moved(table) == [("1", "unknown action")]


def test_an_unknown_status_moves_whole(old: OldDatabase) -> None:
    old.buy(status="pending")
    old.upgrade()
    for table in ("trades", "portfolio_positions"):
        assert old.moved(table) == [("1", "unknown status")]


@pytest.mark.parametrize("price", ["0", "1", "1.5", "-0.2"])
def test_an_open_position_at_an_impossible_price_keeps_its_cost_and_no_shares(
    old: OldDatabase, price: str
) -> None:
    old.buy(entry_price=price)
    report = old.upgrade()
    assert old.row(POSITION) == {
        "status": "open",
        "shares": None,
        "cost_basis": Decimal("100.00"),
        "realized_pnl": 0,
        "flag": "unknown_shares",
        "exit_price": None,
    }
    assert report["flags"]["open_positions_of_unknown_shares"] == 1


def test_a_closed_position_at_an_impossible_price_moves_whole(old: OldDatabase) -> None:
    closed = {"status": "closed", "exit_timestamp": "2026-01-06 12:00:00"}
    old.buy(entry_price="1.5", exit_price="0.5", **closed)
    old.buy(exit_price="1.5", **closed)
    old.upgrade()
    assert old.moved("portfolio_positions") == [
        ("1", "closed with an entry price outside (0, 1)"),
        ("2", "closed at an exit price outside [0, 1]"),
    ]


def test_what_cannot_be_carried_moves_whole_with_its_reason(old: OldDatabase) -> None:
    for table, values, _ in CANNOT_BE_CARRIED:
        old.add(table, **values)
    report = old.upgrade()
    moved = old.rows("SELECT table_name, id, reason FROM legacy_rows ORDER BY table_name, id")
    reasons = [(row["table_name"], row["reason"]) for row in moved]
    assert sorted(reasons) == sorted((table, reason) for table, _, reason in CANNOT_BE_CARRIED)
    assert sum(table["rows"] for table in report["legacy_rows"]) == len(CANNOT_BE_CARRIED)


def test_the_report_has_the_totals_and_the_100_largest_differences(old: OldDatabase) -> None:
    old.add("markets", yes_price="0.775")
    for number in range(1, 102):
        old.add("portfolio_positions", trade_id=f"t{number}", current_pnl=number)
    differences = old.upgrade()["differences"]
    (total,) = differences["totals"]
    assert (total["rows"], total["different"], total["old_pnl"]) == (101, 101, 5151)
    assert (total["corrected_pnl"], total["difference"]) == (0, -5151)
    assert [position["difference"] for position in differences["first"]] == [
        -n for n in range(101, 1, -1)
    ]


def test_a_position_in_a_market_that_was_not_stored_has_no_price(old: OldDatabase) -> None:
    old.buy(market_id="unlisted")
    report = old.upgrade()
    assert old.row(POSITION)["shares"] == Decimal("129.03")
    assert report["flags"]["open_positions_without_a_price"] == 1
    assert old.row("SELECT total_profit_loss FROM portfolios") == {"total_profit_loss": 0}


def test_without_a_portfolio_state_the_portfolio_is_paused(old: OldDatabase) -> None:
    old.buy()
    old.upgrade()
    portfolio = old.row("SELECT name, current_balance, status, status_reason FROM portfolios")
    assert portfolio == {
        "name": "Default Portfolio",
        "current_balance": Decimal("10000.00"),
        "status": "paused",
        "status_reason": "schema v1 did not say its balance: 10000.00 is assumed",
    }


def test_a_balance_that_does_not_add_up_is_one_adjustment(old: OldDatabase) -> None:
    """Sold for 500.00 what cost 100.00, and yet only 5.00 are there."""
    old.add("portfolio_state", balance="5.00")
    closed = {"status": "closed", "exit_price": "1", "exit_timestamp": "2026-01-06 12:00:00"}
    old.buy(amount="100.00", entry_price="0.2", **closed)
    report = old.upgrade()
    entries = old.rows("SELECT kind, amount FROM cash_ledger ORDER BY entry_no")
    assert [(entry["kind"], entry["amount"]) for entry in entries] == [
        ("buy", Decimal(-100)),
        ("settlement", Decimal(500)),
        ("adjustment", Decimal(-495)),
    ]
    assert old.row("SELECT initial_balance, current_balance FROM portfolios") == {
        "initial_balance": Decimal(100),
        "current_balance": Decimal(5),
    }
    assert report["portfolios"][0]["money"]["adjustment"] == -495


def test_what_is_not_a_number_moves_its_row_or_is_kept(old: OldDatabase) -> None:
    old.add("portfolio_state", balance="NaN")
    old.add("trades", trade_id="t1", entry_price="NaN")
    old.add("trading_signals", market_liquidity="NaN")
    old.add("portfolio_history", total_value="NaN")
    old.upgrade()
    assert old.moved("trades") == [("1", "not a number")]
    assert old.moved("portfolio_history") == [("1", "not a number")]
    assert old.kept("trading_signals") == {"1": {"market_liquidity": "NaN"}}
    assert old.row("SELECT status FROM portfolios") == {"status": "paused"}


def test_names_keep_their_characters(old: OldDatabase) -> None:
    name = "naïve “quotes” \\ \t🙂 '; DROP TABLE trades; -- %s {}"
    old.buy(trade_id=name, market_id=name, market_question=name)
    old.add("system_metadata", key=name, value=name)
    old.upgrade()
    query = "SELECT trade_id, market_id, market_question FROM trades"
    assert set(old.row(query).values()) == {name}
    assert old.row("SELECT key FROM system_metadata") == {"key": name}


def test_an_empty_database_of_schema_v1_gets_no_portfolio(old: Returning) -> None:
    old.before = old.content()
    migrations.upgrade(old.url)
    assert old.rows("SELECT * FROM portfolios") == []
    assert old.rows("SELECT * FROM migration_reports") == []
