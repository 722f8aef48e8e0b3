"""The plan of every named statement, in a database of many portfolios that traded for a year.

Outside of the suite: `python -m tests.store.plans_of_a_year [PORTFOLIOS] > plans.txt` takes some
minutes for 10,000 of them; which tables are read whole, and how many rows they have: on stderr.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import Connection

from benchmarks import reads
from local.postgres import databases, migrations
from local.postgres.server import Postgres
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.cycles import LEASE
from prescient.store.rebuilding import SLACK
from prescient.usecases.price_update import SWEPT_WITHIN
from tests.isolation.aim import aimed
from tests.isolation.attacks import all_statements
from tests.isolation.two_portfolios import TwoPortfolios

# Rows of `reads` are 120 of each kind a portfolio, and 50 positions, most of which are closed here.
YEAR: tuple[LiteralString, ...] = (
    """UPDATE portfolio_positions SET status = 'closed', shares = 0, cost_basis = 0,
        exit_price = 0.5, exit_timestamp = now() WHERE portfolio_id % 10 <> 0""",
    "UPDATE trades SET status = 'closed' WHERE portfolio_id % 10 <> 0",
    """INSERT INTO market_batches (kind, status, started_at, completed_at, markets, trimmed_at)
    SELECT 'price_update', 'complete', at, at, 1, at
    FROM generate_series(now() - interval '1 year', now(), '5 minutes') AS at""",
    """INSERT INTO trading_cycles (cycle_key, kind, status, started_at, decided_at, ended_at)
    SELECT 'c' || at, 'scheduled', 'completed', at, at, at
    FROM generate_series(now() - interval '1 year', now(), '10 minutes') AS at""",
    """INSERT INTO market_snapshots (
        batch_id, market_id, timestamp, yes_price, no_price, best_bid, best_ask, mark, mark_stale,
        liquidity, volume, volume24hr, accepting_orders, closed, identity
    )
    SELECT
        batch.batch_id, market_id, started_at, 0.5, 0.5, 0.49, 0.51, 0.5, false, 20000, 90000, 900,
        true, false, identity
    FROM (SELECT * FROM market_batches ORDER BY batch_id DESC LIMIT 200) AS batch
    CROSS JOIN market_prices""",
    """INSERT INTO order_books (batch_id, market_id, outcome, fetched_at, bids, asks)
    SELECT batch_id, market_id, 'yes', timestamp, '[["0.49", "500"]]', '[["0.51", "500"]]'
    FROM market_snapshots WHERE market_id < 'm2'
    ON CONFLICT DO NOTHING""",
    "ANALYZE",
)
_SEQUENTIAL = re.compile(r"Seq Scan on (\w+)")
LITTLE = 20_000  # rows of a table that does not grow with portfolios, cycles or the tape


def main() -> None:
    portfolios = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    directory = Path(tempfile.mkdtemp(prefix="prescient-plans-"))
    try:
        with Postgres(directory, settings=("fsync=off",)) as server:
            url = server.url("year")
            migrations.upgrade(databases.create(url))
            os.environ["PGOPTIONS"] = "-c session_replication_role=replica -c jit=off"
            reads.fill(url, portfolios)
            with psycopg.connect(url, autocommit=True) as connection:
                for step in YEAR:
                    connection.execute(step)
            with psycopg.connect(url) as connection:
                _tell(connection)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _tell(connection: Connection[Any]) -> None:
    sizes: dict[str, float] = dict(
        connection.execute("SELECT relname::text, reltuples FROM pg_class").fetchall()
    )
    for name, lines in _plans(connection):
        print(f"== {name}", *lines, sep="\n")
        whole = {found for line in lines for found in _SEQUENTIAL.findall(line)}
        for table in sorted(whole):
            if sizes.get(table, 0) > LITTLE:
                print(f"{name} reads {table} whole: {sizes[table]:,.0f} rows", file=sys.stderr)


def _plans(connection: Connection[Any]) -> Iterator[tuple[str, list[str]]]:
    two = TwoPortfolios(PortfolioId(10), PortfolioId(20), running=60, pending=61, opened=62)
    values, spans = aimed(connection, two), _spans(datetime.now(UTC))
    for name, statement in all_statements().items():
        explain: LiteralString = "EXPLAIN "
        try:
            with connection.transaction(force_rollback=True):
                asked = values[name] | spans.get(name, {})
                rows = connection.execute(explain + statement, asked)
                yield name, [line for (line,) in rows]
        except (psycopg.ProgrammingError, TypeError):
            continue  # no plan: COPY, SET, DO


def _spans(now: datetime) -> dict[str, dict[str, datetime]]:
    """As short as in earnest: over the year that the attacks ask about, reading all is right."""
    return {
        "rebuilding.select_near": {"earliest": now - 2 * SLACK, "latest": now},
        "abandoned.select_suspects": {
            "since": now - SWEPT_WITHIN,
            "until": now - LEASE,
            "now": now,
        },
    }


if __name__ == "__main__":
    main()
