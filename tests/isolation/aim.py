"""The parameters with which every statement of the store reaches for another portfolio's rows."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal as D
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.types.json import Jsonb

from tests.builders import NOON
from tests.isolation.attacks import all_statements
from tests.isolation.two_portfolios import TwoPortfolios

Values = dict[str, Any]
LATER = NOON + timedelta(days=365)


def aimed(connection: Connection[Any], two: TwoPortfolios) -> dict[str, Values]:
    """By statement, values that would find and change the rows of `two.theirs`."""
    common = {
        **_rows(connection, two),
        **_portfolio(two),
        **_market(connection),
        **_moments(),
        **_texts(),
    }
    own = _own(connection, two)
    return {name: {**common, **own.get(name, {})} for name in all_statements()}


def _own(connection: Connection[Any], two: TwoPortfolios) -> dict[str, Values]:
    """Where a name means something else than in the other statements, or another row is ripe."""
    [relations] = connection.execute("SELECT 'public'::regnamespace::oid")
    schema = {"namespace": relations[0], "tables": ["trades"]}
    pooled = {"backend_pid": 0, "names": ["timezone"], "values": ["UTC"]}
    return {
        "database.name_portfolios": {"portfolio_ids": ""},
        "database.open_session": pooled,
        "database.set_for_transaction": pooled,
        "migration_session.ask_whether_pooled": pooled,
        "revisions.set_probe": {"probe": "yes"},
        "revisions.note_range": {"least_code": "0001"},
        "backfill.fill_hours": {"hours": [NOON.replace(hour=1)], "market_ids": ["m2"]},
        "backfill.note_backfills": {"market_ids": ["m2"]},
        "cash.select_posted": {"sources": ["transfer:once"]},
        "closing.select_open_positions": {"status": "open"},
        "idempotency.forget_keys": {"kept": "money"},
        "cycles.enroll_portfolios": {"cycle_id": two.opened},
        "cycles.end_expired_claim": {"cycle_id": two.pending},
        "cycles.select_other_claim": {"cycle_id": two.pending},
        "cycles.skip": {"cycle_id": two.pending},
        "cycles.record_signals": {"signals": 3},
        "cycles.close_cycle": {"status": "completed"},
        "abandoned.close_unclaimed": {"cycle_id": two.opened, "status": "failed"},
        "listings.upsert_events": {"events": "[]"},
        "listings.select_changed_markets": {"market_ids": '["m9"]', "digests": "9" * 32},
        "tape.select_staleness": {"market_ids": Jsonb(["m2"])},
        "mending.select_attached": schema,
        "mending.select_constraint_name": schema | {"table": "trades", "definition": "CHECK"},
        "old_schema.select_columns": schema,
        "old_schema.select_constraints": schema,
        "old_schema.select_attachments": schema,
        "performance.save": {"metrics": Jsonb([{"portfolio_id": two.theirs, "reasons": {}}])},
        "portfolios.insert_portfolio": {"name": "a third", "folded_name": "a third"},
        "portfolios.update_portfolio": {"status": "paused"},
        "portfolios.select_portfolios": {"first_id": 1, "last_id": 2**31 - 1},
        "rebuilding.select_before": {"earliest": LATER, "latest": LATER},
        "guards.select_guarded": {"status": "active"},
        "cash_pages.select_entries": {"kind": None},
        "exit_pages.select_exits": {"kind": None},
        "market_pages.select_holders": {"market_id": "m2"},
        "positions.select_positions": {"status": None},
        "cycle_pages.select_cycle_portfolios": {"status": None},
        "cycle_pages.select_funnels": {"status": None},
        "signal_pages.select_signals": {"status": None},
        "trades.select_trades": {"status": None},
        "tape.open_batch": {"kind": "filter", "fetched_for": Jsonb({})},
        "tape.select_held_outside": {"batch_id": -1},
    }


def _rows(connection: Connection[Any], two: TwoPortfolios) -> Values:
    positions = _ids(
        connection, "SELECT id FROM portfolio_positions WHERE portfolio_id = %s", two.theirs
    )
    [held, *_] = _ids(
        connection,
        "SELECT id FROM portfolio_positions WHERE portfolio_id = %s AND status = 'open'",
        two.theirs,
    )
    signals = _ids(
        connection,
        "SELECT id FROM trading_signals WHERE portfolio_id = %s AND NOT executed",
        two.theirs,
    )
    return {
        "position_id": held,
        "position_ids": positions,
        "marked_at": None,
        "warned_at": NOON,
        "profit": D(1),
        "failed_ids": [two.theirs],
        "errors": ["attack"],
        "stops": [D("0.01")] * len(positions),
        "takes": [D("0.99")] * len(positions),
        "signal_ids": signals,
        "rejections": ["no_quote"] * len(signals),
        "results": json.dumps([_fill(two.theirs, signal) for signal in signals]),
        "turns": json.dumps([_turn(two.theirs)]),
        "traders": [two.theirs],
        "exits": Jsonb([_exit(two.theirs, held)]),
        "records": Jsonb([_record(two.theirs)]),
        "signals": Jsonb([_signal()]),
    }


def _ids(connection: Connection[Any], query: LiteralString, *values: object) -> list[int]:
    found = [value for (value,) in connection.execute(query, values)]
    assert found, query
    return found


def _portfolio(two: TwoPortfolios) -> Values:
    owner: Values = {
        "portfolio_id": two.theirs,
        "sort": "total_value",
        "portfolio_ids": [two.theirs],
        "flow_kinds": ["deposit", "withdrawal"],
        "flow_ids": [two.theirs],
        "flows": [D(7)],
        "from_id": two.theirs,
        "to_id": two.mine,
        "from_ids": [two.theirs],
        "to_ids": [two.mine],
        "reasons": ["even"],
        "ordered_by": "attack",
        "changed_by": "attack",
        "callers": ["attack"],
        "from_status": "active",
        "to_status": "paused",
        "resets": "peak",
        "tables": "trades",
        "first_ids": [two.theirs],
        "second_ids": [two.mine],
        "days": [40],
        "verdicts": ["better"],
        "last_day": NOON.date(),
        "tag": None,
        "tags": ["attack"],
        "twin_of": None,
        "twin_key": None,
        "from_version": 1,
        "restored_version": 1,
        "pause_id": 1,
        "drawdown_limit": D(1),
        "drawdown_limit_percent": D(1),
        "executors": ["manual"],
        "cycle_id": two.running,
        "statuses": ["active", "paused", "archived"],
        "status": "open",
        "name": "theirs",
        "folded_name": "theirs",
        "config_version": 2,
        "strategy_config": Jsonb({}),
        "initial_balance": D(1000),
        "max_position_size": None,
        "max_total_exposure": None,
        "max_positions": 20,
        "open_positions": 0,
        "trade_count": 0,
    }
    money = ("balance", "total_invested", "total_profit_loss", "total_value", "equity", "amount")
    ledger = {"amounts": [D(7)], "kinds": ["deposit"], "sources": ["deposit:attack"]}
    return {**owner, **dict.fromkeys(money, D(5)), **ledger, "realized_pnls": [D(7)]}


def _market(connection: Connection[Any]) -> Values:
    [batch_id, *_] = _ids(
        connection,
        "SELECT batch_id FROM market_batches WHERE kind = %s ORDER BY batch_id DESC",
        "filter",
    )
    admission = {
        "market_types": [],
        "min_liquidity": 0,
        "min_volume": 0,
        "max_spread": 1,
        "earliest_end": NOON.isoformat(),
    }
    nothing = (
        "min_liquidity", "min_volume", "min_market_conviction", "max_market_conviction",
        "liquidity_min", "volume_min", "end_date_min", "max_books",
    )  # fmt: skip
    left_out = ("unanswered_markets", "books_beyond_max", "unanswered_books")
    return {
        **dict.fromkeys(nothing),
        **dict.fromkeys(left_out, 0),
        "market_id": None,
        "event_id": None,
        "closed": None,
        "batch_id": batch_id,
        "batch_ids": [batch_id],
        "market_ids": ["m2", "m3"],
        "cost_bases": [D(1), D(1)],
        "flags": ["not_listed", "not_listed"],
        "identities": [None, None],
        "admissions": Jsonb([admission]),
        "lookbacks": [24],
        "observations": [1],
        "hours": [1],
        "moments": [NOON.replace(hour=1)],
        "marks": [D("0.5")],
        "digests": json.dumps({"e9": "9" * 32}),
        "event_digests": "",
        "events": "[]",
        "markets": "[]",
        "payloads": "",
        "shared_depth": True,
        "taken": Jsonb([{"market_id": "m2", "outcome": "yes", "side": "asks", "shares": 1}]),
    }


def _moments() -> Values:
    names = (
        "now",
        "timestamp",
        "before",
        "started_before",
        "asked_before",
        "unseen_since",
        "lease_until",
    )
    return {
        **dict.fromkeys(names, LATER),
        "before": LATER,
        "since": NOON - timedelta(days=1),
        "earliest": NOON - timedelta(days=30),
        "latest": LATER,
        "at": LATER,
        "day": NOON.date(),
        "until": LATER.date(),
        "first_day": NOON.date() - timedelta(days=60),
        "last_day": LATER.date(),
        **dict.fromkeys(("after_moment", "after_number", "after_day", "after_text")),
        "today": LATER.date(),
        "unit": "hour",
        "after": 0,
        "limit": 1000,
        "max_slippage": D("0.02"),
    }


def _texts() -> Values:
    names = (
        "reason", "description", "status_reason", "code_version", "cycle_key", "execution_name",
        "digest", "key", "route", "error", "source", "folded_name",
    )  # fmt: skip
    documents = ("parameters", "counters", "limits", "funnel", "answer")
    return {
        **dict.fromkeys(names, "attack"),
        **dict.fromkeys(documents, Jsonb({})),
        "kind": "manual",
        "strategy_type": "momentum",
        "trades": 9,
        "statement_timeout": "5s",
    }


def _turn(portfolio_id: int) -> Values:
    return {
        "portfolio_id": portfolio_id,
        "trades": 1,
        "fills": 1,
        "balance": "5",
        "rejections": {},
        "limits": {},
    }


def _fill(portfolio_id: int, signal_id: int) -> Values:
    return {
        "portfolio_id": portfolio_id,
        "signal_id": signal_id,
        "trade_id": f"attack-{signal_id}",
        "kind": "buy",
        "cash": "-5",
        "source": f"trade:attack-{signal_id}",
        "cost_basis": "5",
        "moved": "10",
        "paid": "5",
        "fee": "0",
        "price": "0.5",
        "evidence": "mid",
        "quote_delay": "0",
        "shared_depth": False,
        "entry_bid": "0.5",
    }


def _exit(portfolio_id: int, position_id: int) -> Values:
    return {
        "portfolio_id": portfolio_id,
        "position_id": position_id,
        "kind": "manual",
        "shares": "1",
        "price": "0.5",
        "proceeds": "0.5",
        "fee": "0",
        "cost_basis": "0.5",
        "realized_pnl": "0",
        "evidence": "quote",
        "source": "attack",
    }


def _record(portfolio_id: int) -> Values:
    counts = ("closed", "winning", "losing", "current_run")
    runs = ("max_consecutive_wins", "max_consecutive_losses", "closed_pnl", "average_pnl")
    return {"portfolio_id": portfolio_id, **dict.fromkeys(counts + runs, 3)}


def _signal() -> Values:
    return {
        "market_id": "m9",
        "market_question": "Will it?",
        "action": "buy_yes",
        "target_price": "0.5",
        "amount": "5",
        "confidence": "0.8",
        "reason": "attack",
    }
