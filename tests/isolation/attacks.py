"""Every named statement of the store, and what it comes to in the hands of prescient_portfolio.

A statement that is not listed here fails the tests: add it with what it may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import LiteralString

from prescient import store
from prescient.store import statements


class Outcome(Enum):
    """Whatever it is, no row of another portfolio changes, and the answer knows of none."""

    REFUSED = "the database does not allow it"
    NOTHING = "aimed at another portfolio it finds no row"
    OWN = "it finds the rows of the portfolio that is named, and none where nothing is named"
    SHARED = "it is about what belongs to no portfolio"


EXPECTED: Mapping[Outcome, Mapping[str, str]] = {
    Outcome.REFUSED: {
        "abandoned": "close_unclaimed",
        "backfill": "fill_hours note_backfills complete_backfill",
        "books": "copy_books",
        "cash": "log_transfers",
        "cash_pages": "select_transfers",
        "explanations": "select_part",
        "comparisons": "save select_told_apart select_to_compare",
        "configurations": "keep select_versions",
        "deletion": "delete_portfolio",
        "cycles": (
            "open_cycle decide_on_batch record_counters enroll_portfolios close_cycle "
            "close_finished"
        ),
        "exits": "insert_exits",
        "features": "compute_features record_hours",
        "guards": (
            "reset_peaks lock_total begin_total move_total shift_total note_total_warning "
            "reset_total"
        ),
        "history": "select_thinned note_thinned thin_points",
        "idempotency": "claim_key select_answer keep_answer forget_keys",
        "listings": "upsert_events upsert_markets",
        "old_schema": "count_rows select_report note_reconciled",
        "outcomes": "select_due note_asked note_of_batch note_of_prices",
        "performance": ("select_changed select_forecasts save select_metrics select_sharpe_ratios"),
        "portfolios": "insert_portfolio update_portfolio note_valuations",
        "positions": "update_triggers",
        "rebalancing": "lock_members",
        "reconcile": "select_transfers",
        "rebuilding": "select_transfers select_configurations",
        "retention": (
            "delete_stale trim_snapshots trim_features trim_books mark_trimmed delete_empty "
            "delete_hours"
        ),
        "revisions": "lock_tables add_range note_range drop_range",
        "roles": ("join_roles join_present_owners leave_present_owners become_owner"),
        "signals": "insert_signals",
        "status_changes": "record_change open_pause select_pause select_pauses",
        "tape": "open_batch copy_snapshots move_prices complete_batch discard_batch",
    },
    Outcome.NOTHING: {
        "cash": "lock_portfolios select_posted",
        "cash_pages": "select_entries",
        "cycle_pages": "select_funnels",
        "exit_pages": "select_exits",
        "explanations": "select_standing select_held select_exited_by_rule",
        "closing": "select_open_positions select_position_id",
        "deletion": "has_history select_invested",
        "cycles": (
            "select_latest_cycle_of_portfolio select_cycle_portfolios end_expired_claim "
            "select_other_claim claim skip record_signals complete_portfolio "
            "fail_portfolios"
        ),
        "exits": (
            "select_priced follow_positions add_realized select_closed select_records "
            "update_records"
        ),
        "exposures": "select_of_portfolios add_markets_of_orders",
        "guards": "select_guarded note_warnings",
        "history": "insert_equity_points select_points select_days",
        "ledger": "post",
        "orders": "select_orders",
        "performance": (
            "select_series select_closed select_traded select_results "
            "select_compared select_event_profits select_held_sides select_purchases"
        ),
        "portfolio_pages": "select_listed",
        "portfolios": ("select_portfolio lock_portfolio rewrite_totals shift_peaks"),
        "positions": "select_positions select_fullest_event select_entries",
        "reconcile": (
            "select_totals select_ledger select_trades select_positions select_exits select_equity"
        ),
        "rebuilding": (
            "select_entries select_exits select_published select_moments "
            "count_inherited_history select_flows select_days select_before select_near "
            "select_cycle_counts"
        ),
        "signal_pages": "select_signals",
        "signals": "select_held select_exited_by_rule",
        "status_changes": (
            "change_all lock_of_pause select_still_paused select_newest_pause select_changes"
        ),
        "tape": "select_held_within",
        "trades": "select_trades",
        "turns": "lock_traders select_known save_turns settle_turns",
    },
    Outcome.OWN: {
        "abandoned": "fail_unclaimed",
        "admission": "select_held",
        "cycle_pages": "select_cycle_portfolios sum_up_cycle",
        "cycles": "select_enrolled fail_unfinished",
        "exits": "select_held_outcomes flag_positions",
        "history": "carry_days",
        "market_pages": "select_holders",
        "performance": "select_benchmark",
        "portfolio_pages": (
            "select_ascending select_descending select_by_name select_by_rank sum_up"
        ),
        "portfolios": "select_portfolios select_first_active",
        "status_changes": "lock_active",
        "reconcile": "select_portfolio_ids select_held_by_market select_marks_of_held",
        "tape": "lock_possible_holders select_holders_of_batch select_held_outside",
    },
    Outcome.SHARED: {
        "abandoned": "select_suspects",
        "admission": "select_admitted",
        "backfill": "select_newest_listing select_wanting",
        "candidates": "select_candidates select_neg_risk_events select_books",
        "cycle_pages": "select_cycles",
        "cycles": "select_cycle select_cycle_by_key",
        "database": "open_session set_for_transaction select_version_and_role name_portfolios",
        "exposures": "lock_markets lock_of_orders lock_capital move",
        "explanations": "select_seen",
        "health": "select_health",
        "market_pages": "select_markets select_history select_exposure",
        "listings": "select_changed_events select_changed_markets select_markets",
        "mending": "select_attached select_constraint_name",
        "migration_session": (
            "ask_whether_pooled ask_whether_read_only configure take_turn end_turn"
        ),
        "old_schema": (
            "select_relations select_columns select_constraints select_attachments "
            "use_temporary_schema select_temporary_schema select_time_zone"
        ),
        "rebuilding": "select_is_whole",
        "reconcile": "select_market_exposure select_capital",
        "retention": "select_untrimmed",
        "revisions": "select_schema select_limits set_limits set_probe ask_whether_ranged",
        "roles": (
            "become_oneself create give_database give_schema name_tables leave_schema give_tables"
        ),
        "stamp": "ask_whether_stamped select_revision",
        "tape": (
            "select_marks select_batch select_staleness lock_filters select_loading "
            "select_fetched_since"
        ),
    },
}
OUTCOMES: Mapping[str, Outcome] = {
    f"{module}.{name}": outcome
    for outcome, modules in EXPECTED.items()
    for module, names in modules.items()
    for name in names.split()
}


OF_OLD_DATABASES = {"old_script"}
"""What only `migrate` sends, to tables that are gone once there are roles."""


def all_statements() -> dict[str, LiteralString]:
    """By module and name, all that the store can send."""
    folder = Path(store.__file__).parent
    return {
        f"{file.stem}.{name}": statement
        for file in sorted(folder.glob("*.sql"))
        if file.stem not in OF_OLD_DATABASES
        for name, statement in statements.load(str(file)).items()
    }
