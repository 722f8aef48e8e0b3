"""Generated rows of schema v1: ordinary ones, and every kind that an old database may hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.migrations.old_database import Rows

ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
_TRADE_IDS = [f"t{number}" for number in range(8)]
_MARKET_IDS = ["m0", "m1", "m2", "m3"]


def _rare(usual: st.SearchStrategy[Any], *strange: Any) -> st.SearchStrategy[Any]:
    return st.one_of(usual, usual, usual, st.sampled_from(strange))


_money = st.decimals("0.01", "5000", places=2).map(str)
_signed = st.decimals("-5000", "5000", places=2).map(str)
_amounts = _rare(_money, "0", "-3.50", "NaN", "1000000000")
_prices = _rare(
    st.decimals("0.000001", "0.999999", places=6).map(str),
    "0", "1", "1.5", "-0.2", "NaN", "9999.999999",
)  # fmt: skip
_confidence = _rare(st.decimals("0", "1", places=4).map(str), "1.5", "-0.1", "NaN", "9.9999")
_gaps = (
    "2026-03-08 02:30:00", "2025-10-05 02:15:00", "2026-11-01 01:30:00", "2026-02-15 02:30:00",
    "infinity", "-infinity", "0044-03-15 12:00:00 BC", "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999", "12026-01-01 00:00:00",
)  # fmt: skip
_times = _rare(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 1)).map(str),  # noqa: DTZ001
    *_gaps,
)
_dates = _rare(st.integers(1, 9).map(lambda n: f"2026-01-0{n}"), "infinity", "0044-03-15 BC")
_questions = st.sampled_from(["Will it?", "", "naïve “quotes” \\ \t🙂", "NULL"])
_actions = _rare(st.sampled_from(["buy_yes", "buy_no"]), "sell_yes", "hold", "")
_statuses = _rare(st.sampled_from(["open", "closed"]), "pending", "OPEN")
_counts = _rare(st.integers(0, 50), -1)
_documents = st.sampled_from([None, "null", "{}", '{"a": [1.50, null]}', '"null"', "[]"])


def _nullable(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_traded = {
    "trade_id": st.sampled_from(_TRADE_IDS),
    "market_id": st.sampled_from(_MARKET_IDS),
    "market_question": _questions,
    "action": _actions,
    "amount": _amounts,
    "entry_price": _prices,
    "status": _statuses,
    "current_pnl": _nullable(_rare(_signed, "NaN")),
    "realized_pnl": _nullable(_rare(_signed, "NaN")),
    "created_at": _nullable(_times),
}
_event = {
    "event_id": st.sampled_from([None, "e1"]),
    "event_title": st.sampled_from([None, "It"]),
    "event_end_date": _nullable(_times),
}
_state = st.fixed_dictionaries(
    {
        "balance": _rare(_money, "-20.00", "NaN", "0"),
        "total_invested": _signed,
        "total_profit_loss": _rare(_signed, "NaN"),
        "trade_count": st.integers(-1, 100),
        "created_at": _times,
        "last_updated": _times,
    }
)
_tables = {
    "trades": {
        **_traded, **_event, "timestamp": _times, "confidence": _confidence,
        "reason": st.sampled_from([None, "", "drift"]),
    },
    "portfolio_positions": {
        **_traded, "entry_timestamp": _times, "exit_price": _nullable(_prices),
        "exit_timestamp": _nullable(_times),
    },
    "trading_signals": {
        **_event, "timestamp": _times, "market_id": st.sampled_from(_MARKET_IDS),
        "market_question": _questions, "action": _actions, "target_price": _prices,
        "amount": _amounts, "confidence": _confidence, "reason": st.sampled_from([None, "", "x"]),
        "yes_price": _prices, "no_price": _prices, "market_liquidity": _nullable(_amounts),
        "market_volume": _nullable(_amounts), "executed": st.sampled_from([None, True, False]),
        "executed_at": _nullable(_times), "trade_id": st.sampled_from([None, *_TRADE_IDS]),
        "created_at": _nullable(_times),
    },
    "portfolio_history": {
        "snapshot_date": _dates, "timestamp": _times, "balance": _rare(_signed, "NaN"),
        "total_invested": _signed, "total_profit_loss": _signed, "total_value": _signed,
        "open_positions": _counts, "trade_count": _counts, "created_at": _nullable(_times),
    },
    "portfolio_snapshots": {
        "timestamp": _nullable(_times), "balance": _nullable(_rare(_signed, "NaN")),
        "total_invested": _nullable(_signed), "total_profit_loss": _nullable(_signed),
        "trade_count": _nullable(_counts), "created_at": _nullable(_times),
    },
    "signal_archives": {
        "archived_at": _nullable(_times), "archive_month": st.sampled_from([None, "2026-01"]),
        "signals_count": _nullable(_counts), "signals_data": _documents,
        "created_at": _nullable(_times),
    },
    "system_metadata": {
        "key": st.sampled_from(["a", "b", ""]), "value": st.sampled_from([None, "1"]),
        "updated_at": _nullable(_times),
    },
    "events": {
        "event_id": st.sampled_from([None, "e1", "e2"]), "title": _nullable(_questions),
        "slug": st.sampled_from([None, "it"]), "liquidity": _nullable(_amounts),
        "volume": _nullable(_amounts), "volume24hr": _nullable(_amounts),
        "start_date": _nullable(_times), "end_date": _nullable(_times),
        "days_until_end": _nullable(_counts), "event_data": _documents,
        "is_filtered": st.sampled_from([None, True, False]), "created_at": _nullable(_times),
        "updated_at": _nullable(_times),
    },
    "markets": {
        **_event, "market_id": st.sampled_from([None, "m0", "m1", "m2"]),
        "question": _nullable(_questions), "liquidity": _nullable(_amounts),
        "volume": _nullable(_amounts), "volume24hr": _nullable(_amounts),
        "yes_price": _nullable(_prices), "no_price": _nullable(_prices),
        "market_conviction": _nullable(_prices), "market_data": _documents,
        "is_filtered": st.sampled_from([None, True, False]), "created_at": _nullable(_times),
        "updated_at": _nullable(_times),
    },
    "market_snapshots": {
        "market_id": st.sampled_from([None, *_MARKET_IDS]), "timestamp": _nullable(_times),
        "yes_price": _nullable(_prices), "no_price": _nullable(_prices),
        "liquidity": _nullable(_amounts), "volume": _nullable(_amounts),
        "volume24hr": _nullable(_amounts), "market_conviction": _nullable(_prices),
        "created_at": _nullable(_times),
    },
}  # fmt: skip
_UNIQUE = {
    "trades": "trade_id",
    "portfolio_positions": "trade_id",
    "system_metadata": "key",
    "events": "event_id",
    "markets": "market_id",
}


def _distinct(table: str) -> Any:
    """What v1 keeps unique in the table; nulls never clash."""
    column = _UNIQUE.get(table)
    if column is None:
        return None
    return lambda row: row[column] if row[column] is not None else id(row)


@st.composite
def old_rows(draw: st.DrawFn) -> Rows:
    """Rows in an order that schema v1 accepts."""
    rows: Rows = [("portfolio_state", row) for row in draw(st.lists(_state, max_size=1))]
    for table, columns in _tables.items():
        one = st.fixed_dictionaries(columns)
        rows += [
            (table, row) for row in draw(st.lists(one, max_size=6, unique_by=_distinct(table)))
        ]
    known = {row["trade_id"] for table, row in rows if table == "trades"}
    for table, row in rows:
        if table == "trading_signals" and row["trade_id"] not in known:
            row["trade_id"] = None
    return rows
