"""The report of a migration: a document for programs, a page and a summary for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from local.demo.console import plain_table
from prescient.store import old_script, revisions
from prescient.store.old_schema import TABLES
from prescient.usecases.migration import Migration, MigrationPlan

_FOR_A_DOWNGRADE = ("restoring", "columns", "owners", "privileges", "given", "last")
_TOTALS = (
    "initial_balance",
    "balance",
    "total_invested",
    "realized_pnl",
    "total_profit_loss",
    "total_value",
    "trade_count",
    "max_positions",
)
_SHOWN = 10
_FAR_APART_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Told:
    """A migration that is done, as its report tells it; `seconds` is how long it took."""

    done: Migration
    database: str
    at: datetime
    dry_run: bool
    backup: Path | None
    seconds: float

    def content(self) -> dict[str, Any]:
        """The document; its `upgrade` is that of schema v1, null where there was none."""
        return {
            "database": self.database,
            "at": self.at.isoformat(),
            "from_revision": self.done.plan.from_revision,
            "adopted": self.done.plan.adopts,
            "applied": self.done.plan.lacking,
            "revision": self.done.revision,
            "dry_run": self.dry_run,
            "backup": str(self.backup) if self.backup else None,
            "seconds": round(self.seconds, 3),
            "upgrade": self._upgrade,
        }

    def page(self) -> Iterator[RenderableType]:
        """The whole report to read: what was to be done before, and what is true after."""
        yield Text(f"Migration of {self.database}, {self.at:%Y-%m-%d %H:%M:%S} UTC")
        for line in plan_lines(self.done.plan):
            yield Text(line)
        yield Text(f"Backup: {self.backup or 'none'}")
        if self.dry_run:
            yield Text("A dry run: all of it was done, and undone. Nothing has changed.")
        else:
            yield Text(f"Done in {self.seconds:,.1f} s: at revision {self.done.revision}.")
        yield ""
        yield from self._parts(differences=None)

    def summary(self) -> Iterator[RenderableType]:
        """The report for a terminal: of the differences only the largest."""
        yield from self._parts(differences=_SHOWN)

    @property
    def _upgrade(self) -> dict[str, Any] | None:
        report = self.done.report
        if report is None or revisions.UPGRADE not in self.done.plan.lacking:
            return None
        return {name: report[name] for name in report if name not in _FOR_A_DOWNGRADE}

    def _parts(self, differences: int | None) -> Iterator[RenderableType]:
        report = self._upgrade
        if report is None:
            return
        # A trade's P&L was never updated by schema v1: its differences say no more.
        of_positions = [
            difference
            for difference in report["differences"]["first"]
            if difference["table_name"] == "portfolio_positions"
        ]
        tables = (
            _rows(report["tables"]),
            _moved(report["legacy_rows"]),
            *map(_totals, report["portfolios"]),
            _flags(report["flags"]),
            _different(report["differences"]["totals"]),
            _first(of_positions[:differences]),
        )
        yield from (table for table in tables if table.row_count)
        yield from map(Text, _notes(report))


def found_lines(plan: MigrationPlan, rows: str) -> Iterator[str]:
    """What a migration finds; `rows` says how many of schema v1."""
    if plan.adopts:
        yield "Found: the older system's tables (schema v1), without a revision. They are adopted."
    elif plan.from_revision is None:
        yield "Found: no table. This is a fresh install."
    else:
        yield f"Found: revision {plan.from_revision}."
    if plan.old_rows:
        yield f"Rows of schema v1: {rows}."


def plan_lines(plan: MigrationPlan) -> Iterator[str]:
    """What a migration finds and is to do; nothing where that is nothing."""
    if not plan.lacking:
        return
    known = {revision.number: revision.summary for revision in revisions.history()}
    yield from found_lines(plan, f"{plan.old_rows:,}")
    yield "To apply, in this order:"
    for number in plan.lacking:
        yield f"  {number}  {known[number]}"


def _rows(tables: Mapping[str, Mapping[str, Any]]) -> Table:
    shown = plain_table("Rows of schema v1")
    shown.add_column("table")
    for name in ("rows", "carried", "to legacy_rows", "legacy_values", "sum"):
        shown.add_column(name, justify="right")
    shown.add_column("of")
    counts = ("rows", "carried", "moved_to_legacy_rows", "kept_in_legacy_values")
    for name in (*TABLES, *old_script.TABLES):
        if (table := tables.get(name)) is None:
            continue
        shown.add_row(
            name,
            *(f"{table[count]:,}" for count in counts),
            _number(table["sum"]),
            table["column_summed"] or "",
        )
    return shown


def _moved(reasons: Sequence[Mapping[str, Any]]) -> Table:
    shown = plain_table("Moved whole to legacy_rows")
    shown.add_column("table")
    shown.add_column("reason")
    shown.add_column("rows", justify="right")
    for reason in reasons:
        shown.add_row(reason["table_name"], reason["reason"], f"{reason['rows']:,}")
    return shown


def _totals(portfolio: Mapping[str, Any]) -> Table:
    old, new = portfolio["old"] or {}, dict(portfolio["new"])
    new["balance"] = new["current_balance"]
    shown = plain_table(portfolio["name"])
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


def _different(totals: Sequence[Mapping[str, Any]]) -> Table:
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


def _first(differences: Sequence[Mapping[str, Any]]) -> Table:
    shown = plain_table(f"The {len(differences)} largest differences of positions, in dollars")
    for name in ("position", "market", "action", "status"):
        shown.add_column(name, overflow="fold")
    for name in ("old", "corrected", "difference"):
        shown.add_column(name, justify="right")
    for difference in differences:
        shown.add_row(
            *(Text(str(difference[name])) for name in ("id", "market_id", "action", "status")),
            *(_number(difference[name]) for name in ("old_pnl", "corrected_pnl", "difference")),
        )
    return shown


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    for portfolio in report["portfolios"]:
        yield from _money_notes(portfolio["name"], portfolio["money"], portfolio["new"])
    yield from _clock_notes(report["clocks"])
    yield from _writer_notes(report["writers"])
    for claim in report["verified"]:
        yield f"Verified: {claim}."


def _money_notes(name: str, money: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{name} began with {_number(new['initial_balance'])} dollars: so says "
        f"{money['initial_balance_from']}. It may hold {_number(new['max_positions'])} positions "
        "at once (max_positions), for schema v1 had no limit."
    )
    if money["adjustment"]:
        parts = (
            (-money["uncredited_proceeds"], "are proceeds of sales that were never credited"),
            (-money["bought_of_unknown_outcome"], "was paid for trades of unknown outcome"),
            (money["unexplained"], "has no explanation"),
        )
        told = ", ".join(f"{_number(part)} {what}" for part, what in parts if part)
        yield f"Its ledger ends with an adjustment of {_number(money['adjustment'])}: {told}."
    if new["status_reason"] is not None:
        yield f"{name} is paused: {new['status_reason']}."


def _clock_notes(clocks: Mapping[str, Any]) -> Iterator[str]:
    """Whose local times were taken for what; the zone of the server's clock may be a guess."""
    yield f"TIME_ZONE, of the application's clock: {clocks['application']}."
    how = "as was said"
    if not clocks["server_is_given"]:
        how = f"guessed from {_number(clocks['rows_compared'])} rows"
    apart = clocks["seconds_apart"]
    if apart is not None:
        how += f"; the two clocks stamped the same rows {apart:,.0f} seconds apart"
    yield f"SERVER_TIME_ZONE, of the database server's clock then: {clocks['server']}, {how}."
    if apart is not None and apart > _FAR_APART_SECONDS:
        yield "One of these zones is wrong: say both, and try a dry run."


def _writer_notes(writers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Who may no longer write: the new tables are written through the three roles alone."""
    if not writers:
        return
    yield (
        "Rights that the new tables do not give, for only the roles of Prescient write them; "
        "a downgrade gives them back:"
    )
    for writer in writers:
        column = f" ({writer['column_name']})" if writer["column_name"] else ""
        yield f"  {writer['grantee']}: {writer['privileges']}{column} on {writer['table_name']}"


def _number(value: Any) -> str:
    """A number with thousands; what is none, as NaN, as it was written."""
    match value:
        case None:
            return ""
        case Decimal() if value.is_finite():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)
