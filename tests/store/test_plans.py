"""What a page costs does not grow with the number of portfolios: every read finds it by an index.

Sequential scans are priced so high that a plan has one only where no index serves.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Connection

from benchmarks import reads, waiting
from local.postgres import databases
from local.postgres.server import Postgres
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import roles
from prescient.store.windows import Window
from prescient.usecases import execute
from prescient.usecases.support.context import StepContext
from tests.isolation.attacks import all_statements

PORTFOLIOS = 60
FIRST = Window(limit=101).values()
NEXT = Window(
    limit=101,
    after_moment=reads.NOW,
    after_number=2,
    after_day=reads.NOW.date(),
    after_text="m1",
).values()
VALUES: Mapping[str, object] = {
    "portfolio_id": 2,
    "portfolio_ids": [2],
    "cycle_id": 1,
    "batch_id": 1,
    "market_id": "m2",
    "event_id": None,
    "status": None,
    "kind": None,
    "tag": None,
    "closed": None,
    "strategy_type": None,
    "statuses": ["active", "paused"],
    "sort": "total_value",
    "today": reads.NOW.date(),
    "at": reads.NOW,
}
PAGES = {
    "cash_pages.select_entries",
    "cash_pages.select_transfers",
    "configurations.select_versions",
    "cycle_pages.select_cycles",
    "cycle_pages.select_cycle_portfolios",
    "cycle_pages.select_funnels",
    "exit_pages.select_exits",
    "explanations.select_part",
    "explanations.select_seen",
    "explanations.select_standing",
    "history.select_days",
    "history.select_points",
    "market_pages.select_exposure",
    "market_pages.select_history",
    "market_pages.select_holders",
    "market_pages.select_markets",
    "portfolio_pages.select_ascending",
    "portfolio_pages.select_by_name",
    "portfolio_pages.select_descending",
    "portfolio_pages.select_listed",
    "positions.select_positions",
    "signal_pages.select_signals",
    "status_changes.select_changes",
    "status_changes.select_pauses",
    "trades.select_trades",
}
OF_ALL = {
    "cycle_pages.sum_up_cycle": "the sums of a cycle are over all of its portfolios",
    "portfolio_pages.select_by_rank": "equity and P&L move with every price: no index has them",
    "portfolio_pages.sum_up": "the seed's list tells sums over all portfolios",
}
"""What reads every portfolio's row, and why."""
SHOWN = 10
FIRST_DAY, SIGNALS = 40, 10  # portfolios, and the buys of each
MOST_ROWS_AT_ONCE = 3 * SIGNALS  # the plan is one for several portfolios
MOST_ROWS = 3 * reads.ROWS
"""How many rows a scan may look at for a page: a portfolio has `reads.ROWS` of each kind, all have
60 times as many."""
_SCAN = re.compile(r"Scan.*\(actual rows=([0-9.]+) loops=([0-9]+)\)")
_REMOVED = re.compile(r"Rows Removed by \w+(?: \w+)?: ([0-9]+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of a plan that ran."""

    lines: tuple[str, ...]

    @property
    def sequential(self) -> list[str]:
        return [line.strip() for line in self.lines if "Seq Scan" in line]

    @property
    def most_loops(self) -> int:
        """How often the scan that began most often did."""
        return max(int(scan[2]) for line in self.lines if (scan := _SCAN.search(line)))

    @property
    def looked_at(self) -> float:
        """The rows that the busiest scan looked at, those that it left out with them."""
        counts, loops = [0.0], 1
        for line in self.lines:
            if scan := _SCAN.search(line):
                loops = int(scan[2])
                counts.append(float(scan[1]) * loops)
            elif removed := _REMOVED.search(line):
                counts[-1] += int(removed[1]) * loops
        return max(counts)


@pytest.fixture(scope="module")
def filled(postgres_server: Postgres, template_database: str) -> Iterator[Connection[Any]]:
    """A connection of prescient_app to a database with many portfolios that did much."""
    url = postgres_server.url(f"plans_{uuid.uuid4().hex}")
    databases.create(url, template=template_database)
    reads.fill(url, PORTFOLIOS, markets=1_000)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute(f"SET ROLE {roles.APP}")
        yield connection
    databases.drop(url)


def planned(connection: Connection[Any], name: str, values: Mapping[str, object]) -> Plan:
    statement: LiteralString = all_statements()[name]
    explain: LiteralString = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) "
    rows = connection.execute(explain + statement, {**VALUES, **values})
    return Plan(tuple(line for (line,) in rows))


@pytest.fixture
def first_day(postgres_server: Postgres, template_database: str) -> Iterator[str]:
    """A database whose tables were vacuumed while they were empty, with signals that wait."""
    url = postgres_server.url(f"plans_{uuid.uuid4().hex}")
    databases.create(url, template=template_database)
    waiting.fill(url, owners=FIRST_DAY, signals=SIGNALS, has_past=False)
    yield url
    databases.drop(url)


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.parametrize("values", [FIRST, NEXT], ids=["first", "next"])
def test_a_page_is_found_by_an_index_and_looks_at_little_more_than_it_shows(
    filled: Connection[Any], name: str, values: Mapping[str, object]
) -> None:
    plan = planned(filled, name, values)
    assert plan.sequential == []
    assert plan.looked_at <= MOST_ROWS, "\n".join(plan.lines)


@pytest.mark.parametrize("name", sorted(OF_ALL))
def test_what_is_over_all_asks_nothing_of_each(filled: Connection[Any], name: str) -> None:
    """What is read of each row is read of those that are shown alone."""
    assert planned(filled, name, Window(limit=SHOWN).values()).most_loops <= SHOWN < PORTFOLIOS


def test_a_warm_connection_reads_no_table_whole_and_plans_anew_once_there_are_statistics(
    first_day: str,
) -> None:
    """Autovacuum analyzes a table that grew within a minute; here the test does."""
    half = FIRST_DAY // 2
    with psycopg.connect(first_day, autocommit=True) as watching:
        watching.execute("SELECT pg_stat_reset()")
        with waiting.context(first_day) as context:
            for portfolio_id in range(1, half + 1):
                assert (
                    execute.run(waiting.request(PortfolioId(portfolio_id)), context).trades
                    == SIGNALS
                )
            assert reads_by(watching, context, "seq_tup_read", "pg_stat_user_tables") == {}
            watching.execute("ANALYZE")
            watching.execute("SELECT pg_stat_reset()")
            for portfolio_id in range(half + 1, FIRST_DAY + 1):
                execute.run(waiting.request(PortfolioId(portfolio_id)), context)
            found = reads_by(watching, context, "idx_tup_read", "pg_stat_user_indexes")
    assert found == {}


def reads_by(
    watching: Connection[Any], context: StepContext, column: str, view: str
) -> dict[str, int]:
    """What looked at more rows than a turn of one portfolio has, and at how many, at once."""
    with context.database.transaction(waiting.NO_PORTFOLIO) as session:
        session.execute("SELECT pg_stat_force_next_flush()")
    name, scans = ("indexrelname", "idx_scan") if "idx" in column else ("relname", "seq_scan")
    rows = watching.execute(f"SELECT {name}, {column} / {scans} FROM {view} WHERE {scans} > 0")
    return {str(found): count for found, count in rows if count > MOST_ROWS_AT_ONCE}


def test_every_statement_of_a_list_is_here() -> None:
    modules = ("_pages.", "explanations.")
    lists = {name for name in all_statements() if any(part in name for part in modules)}
    of_one_portfolio = {"explanations.select_held", "explanations.select_exited_by_rule"}
    assert lists - of_one_portfolio <= PAGES | OF_ALL.keys()
