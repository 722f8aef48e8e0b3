"""The enums of the core and the CHECK constraints of the database list the same values."""

from __future__ import annotations

import re
from enum import StrEnum

import psycopg
import pytest

from prescient.core.deciding.cycles import CycleKind, CyclePortfolioStatus, CycleStatus
from prescient.core.execution.results import Rejection
from prescient.core.market.batches import BatchKind, BatchStatus
from prescient.core.market.books import BookSide
from prescient.core.market.fills import Evidence
from prescient.core.market.markets import Outcome
from prescient.core.market.settlement import ResolutionFlag
from prescient.core.performance.comparison import Verdict
from prescient.core.portfolio.cash import Executor, LedgerKind
from prescient.core.portfolio.guards import Reset
from prescient.core.portfolio.portfolios import PortfolioStatus
from prescient.core.portfolio.positions import Action, ExitKind, PositionFlag, PositionStatus
from prescient.store.history import Unit

BUYS = {action.value for action in Action if action.is_buy}
ENUMS: dict[str, type[StrEnum]] = {
    "cash_ledger.kind": LedgerKind,
    "cycle_portfolios.status": CyclePortfolioStatus,
    "market_batches.kind": BatchKind,
    "market_batches.status": BatchStatus,
    "market_snapshots.resolution_flag": ResolutionFlag,
    "order_books.outcome": Outcome,
    "portfolio_positions.evidence": Evidence,
    "portfolio_positions.status": PositionStatus,
    "portfolio_rebalancing_log.executed_by": Executor,
    "portfolios.status": PortfolioStatus,
    "position_exits.evidence": Evidence,
    "position_exits.kind": ExitKind,
    "taken_depth.outcome": Outcome,
    "taken_depth.side": BookSide,
    "trades.evidence": Evidence,
    "trades.status": PositionStatus,
    "equity_thinning.unit": Unit,
    "portfolio_comparisons.verdict": Verdict,
    "portfolio_status_changes.from_status": PortfolioStatus,
    "portfolio_status_changes.resets": Reset,
    "portfolio_status_changes.to_status": PortfolioStatus,
    "trading_cycles.kind": CycleKind,
    "trading_cycles.status": CycleStatus,
    "trading_signals.action": Action,
    "trading_signals.rejection": Rejection,
}
PARTS = {
    "portfolio_positions.action": BUYS,
    "trades.action": BUYS,
    "portfolio_positions.flag": {*ResolutionFlag, *PositionFlag},
}
"""Columns that only some values of an enum fit, or some more."""
WITHOUT_ENUM = re.compile(r".*\.origin|migration_differences\.table_name")
"""What only the upgrade writes."""
LISTS = """
SELECT relation.relname || '.' || field.attname, pg_get_constraintdef(rule.oid)
FROM pg_constraint AS rule
JOIN pg_class AS relation ON relation.oid = rule.conrelid
JOIN pg_attribute AS field ON field.attrelid = relation.oid AND field.attnum = rule.conkey[1]
WHERE rule.contype = 'c' AND cardinality(rule.conkey) = 1
    AND relation.relnamespace = 'public'::regnamespace
    AND field.atttypid IN ('text'::regtype, 'varchar'::regtype)
    AND pg_get_constraintdef(rule.oid) LIKE '%ANY%'
"""


@pytest.fixture
def listed(database_url: str) -> dict[str, set[str]]:
    """The values that each column's CHECK constraint lists."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(LISTS).fetchall()
    return {column: set(re.findall(r"'([^']+)'::", rule)) for column, rule in rows}


def test_every_list_of_values_is_that_of_its_enum(listed: dict[str, set[str]]) -> None:
    expected = {column: {member.value for member in enum} for column, enum in ENUMS.items()}
    found = {column: values for column, values in listed.items() if not WITHOUT_ENUM.match(column)}
    assert found == {**expected, **PARTS}


def test_flows_and_exits_are_kinds_of_the_ledger() -> None:
    assert {kind.value for kind in ExitKind} < {kind.value for kind in LedgerKind}
