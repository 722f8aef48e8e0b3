"""The report of a migration: a file for programs, tables for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local.demo.report import plain_table
from prescient.store.old_schema import TABLES
from prescient.store.revisions import UPGRADE
from prescient.usecases.migrate import MigrateRequest, Migration

FILE = Path(".local/migration-report.json")
_FOR_A_DOWNGRADE = ("restoring", "columns", "privileges")
_TOTALS = (
    "initial_balance",
    "balance",
    "total_invested",
    "realized_pnl",
    "total_profit_loss",
    "total_value",
    "trade_count",
)


def write(
    done: Migration, request: MigrateRequest, backup: Path | None, seconds: float, file: Path = FILE
) -> None:
    """Write the report as JSON; `upgrade` is that of schema v1, null where there was none."""
    content = {
        "from_revision": done.plan.from_revision,
        "adopted": done.plan.adopts,
        "applied": done.plan.lacking,
        "revision": done.revision,
        "dry_run": request.dry_run,
        "backup": str(backup) if backup else None,
        "seconds": round(seconds, 3),
        "upgrade": _upgrade(done),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2, default=float) + "\n", "utf-8")


def show(done: Migration, console: Console) -> None:
    """Print tables about the upgrade of schema v1, if this was one."""
    report = _upgrade(done)
    if report is None or UPGRADE not in done.plan.lacking:
        return
    for table in (
        _rows(report["tables"]),
        _moved(report["legacy_rows"]),
        _totals(report["totals"]),
        _flags(report["flags"]),
        _different(report["differences"]["totals"]),
        _first(report["differences"]["first"]),
    ):
        if table.row_count:
            console.print(table)
    _print_notes(report, console)


def _upgrade(done: Migration) -> dict[str, Any] | None:
    if done.report is None:
        return None
    return {name: done.report[name] for name in done.report if name not in _FOR_A_DOWNGRADE}


def _rows(tables: Mapping[str, Mapping[str, Any]]) -> Table:
    shown = plain_table("Rows of schema v1")
    shown.add_column("table")
    for name in ("rows", "carried", "to legacy_rows", "legacy_values", "sum"):
        shown.add_column(name, justify="right")
    shown.add_column("of")
    counts = ("rows", "carried", "moved_to_legacy_rows", "kept_in_legacy_values")
    for name in TABLES:
        table = tables[name]
        shown.add_row(
            name,
            *(f"{table[count]:,}" for count in counts),
            _number(table["sum"]),
            table["column_summed"] or "",
        )
    return shown


def _moved(reasons: list[Mapping[str, Any]]) -> Table:
    shown = plain_table("Moved whole to legacy_rows")
    shown.add_column("table")
    shown.add_column("reason")
    shown.add_column("rows", justify="right")
    for reason in reasons:
        shown.add_row(reason["table_name"], reason["reason"], f"{reason['rows']:,}")
    return shown


def _totals(totals: Mapping[str, Mapping[str, Any] | None]) -> Table:
    old, new = totals["old"] or {}, dict(totals["new"] or {})
    new["balance"] = new.get("current_balance")
    shown = plain_table("The default portfolio")
    shown.add_column("")
    shown.add_column("old", justify="right")
    shown.add_column("new", justify="right")
    for name in _TOTALS:
        shown.add_row(name, _number(old.get(name)), _number(new.get(name)))
    return shown


def _flags(flags: Mapping[str, int]) -> Table:
    shown = plain_table("Kept, and to be known")
    shown.add_column("")
    shown.add_column("number", justify="right")
    for name, count in flags.items():
        if count:
            shown.add_row(name.replace("_", " "), f"{count:,}")
    return shown


def _different(totals: list[Mapping[str, Any]]) -> Table:
    shown = plain_table("P&L as schema v1 said and as the shares say, in dollars")
    shown.add_column("table")
    shown.add_column("status")
    columns = ("rows", "different", "unknown", "old_pnl", "corrected_pnl", "difference")
    for name in columns:
        shown.add_column(name.replace("_", " "), justify="right")
    for total in totals:
        numbers = (_number(total[name]) for name in columns)
        shown.add_row(total["table_name"], total["status"], *numbers)
    return shown


def _first(differences: list[Mapping[str, Any]]) -> Table:
    shown = plain_table(f"The {len(differences)} largest differences, in dollars")
    for name in ("table", "id", "market", "action", "status"):
        shown.add_column(name, overflow="fold")
    for name in ("old", "corrected", "difference"):
        shown.add_column(name, justify="right")
    for difference in differences:
        shown.add_row(
            *(
                str(difference[name])
                for name in ("table_name", "id", "market_id", "action", "status")
            ),
            *(_number(difference[name]) for name in ("old_pnl", "corrected_pnl", "difference")),
        )
    return shown


def _print_notes(report: Mapping[str, Any], console: Console) -> None:
    money = report["money"]
    if money and money["adjustment"]:
        console.print(
            f"Adjustment: {_number(money['adjustment'])} dollars do not add up; one entry of the "
            "ledger holds them."
        )
    if (reason := (report["totals"]["new"] or {}).get("status_reason")) is not None:
        console.print(f"The default portfolio is paused: {reason}.")
    console.print(f"Time zone of the old timestamps: {report['time_zone']}.")
    for claim in report["verified"]:
        console.print(f"Verified: {claim}.")


def _number(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
