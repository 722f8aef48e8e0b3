"""What a page of every list costs in the handler, from the event to the answer.

Both sides are the slowest of a hundred requests. Floor: the same rows by one statement, encoded by
the standard library.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.bench import Bench, Lap, Measurement, started
from benchmarks.holdings import Holdings
from benchmarks.holdings import fill as fill_with_holdings
from prescient.api.application import Application
from prescient.runtime.environment import Environment
from prescient.runtime.http import HttpHandler
from prescient.runtime.observability import output
from prescient.runtime.settings import Settings
from prescient.store import roles, statements

SQL = statements.load(__file__)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POSITIONS, MARKETS, ROWS = 50, 5_000, 120
MOST_SECONDS = 0.010
"""What docs/benchmarks.md allows for the slowest of a hundred."""
_STEPS = (
    "add_cycles", "add_parts", "add_signals", "add_exits", "add_entries", "add_points", "add_days",
    "add_versions", "add_changes", "add_transfers",
)  # fmt: skip
PAGES: Mapping[str, tuple[str, str]] = {
    "portfolios": ("/portfolios", "read_portfolios"),
    "paper_trading": ("/paper-trading/portfolio?limit=100", "read_portfolios"),
    "portfolio": ("/portfolios/1", "read_portfolio"),
    "positions": ("/portfolios/1/positions", "read_portfolio"),
    "trades": ("/portfolios/1/trades", "read_trades"),
    "exits": ("/portfolios/1/exits", "read_exits"),
    "signals": ("/portfolios/1/signals", "read_signals"),
    "ledger": ("/portfolios/1/ledger", "read_ledger"),
    "funnels": ("/portfolios/1/funnels", "read_funnels"),
    "equity": ("/portfolios/1/equity", "read_equity"),
    "history": ("/portfolios/1/history", "read_history"),
    "configurations": ("/portfolios/1/configurations", "read_configurations"),
    "cycles": ("/trading/cycles", "read_cycles"),
    "cycle": ("/trading/cycles/1", "read_cycle"),
    "transfers": ("/transfers", "read_transfers"),
    "markets": ("/markets", "read_markets"),
    "market_history": ("/markets/m1/history", "read_tape"),
}
"""By name, what is asked for, and the statement of the floor."""


def fill(url: str, portfolios: int, markets: int = MARKETS) -> None:
    """Fill a migrated database that has no rows: portfolios with positions and a long record."""
    fill_with_holdings(url, Holdings(portfolios, POSITIONS, markets), NOW)
    with psycopg.connect(url, autocommit=True) as connection:
        for step in _STEPS:
            connection.execute(SQL[step], {"rows": ROWS, "now": NOW})
        connection.execute("VACUUM ANALYZE")


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are portfolios."""
    with bench.database() as url:
        fill(url, bench.rows)
        with (
            responding(url) as ask,
            psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection,
        ):
            for name, (target, statement) in PAGES.items():
                ours, floor = partial(ask, target), _rows(connection, statement)
                yield _compared(bench, name, ours, floor)


@contextmanager
def responding(url: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that asks the handler of the API for a path with its query.

    Its log lines are written as for Lambda, but to a file: they cost what they cost, unseen.
    """
    variables = {"DATABASE_URL": url, "DATABASE_USER": roles.APP}
    environment = Environment(Settings.from_variables(variables), now=lambda: NOW)
    respond = HttpHandler(Application).bound_to(environment)

    def ask(target: str) -> None:
        path, _, query = target.partition("?")
        answer = respond(_event(path, query), None)
        if answer["statusCode"] != HTTPStatus.OK:
            raise RuntimeError(answer["body"])

    with TemporaryFile("w") as log:
        shown = output.setStream(log)
        yield ask
        output.setStream(shown or sys.stdout)
    environment.close()


def _compared(
    bench: Bench, name: str, ours: Callable[[], object], floor: Callable[[], object]
) -> Measurement:
    for _ in range(min(bench.rounds, 10)):  # statements are prepared by then
        ours(), floor()
    with started():
        laps = [(_seconds(ours), _seconds(floor)) for _ in range(bench.rounds)]
    return Measurement(
        f"reads.{name}",
        _slowest([lap for lap, _ in laps]),
        _slowest([lap for _, lap in laps]),
        f"a page of 100 or of {POSITIONS}, {bench.rows:,} portfolios",
        most_seconds=MOST_SECONDS,
    )


def _slowest(laps: list[float]) -> Lap:
    """The slowest of each hundred, and the one in the middle in microseconds."""
    laps.sort()
    return Lap(
        laps[min(len(laps) - 1, len(laps) * 99 // 100)],
        {"microseconds_at_median": laps[len(laps) // 2] * 1e6},
    )


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _event(path: str, query: str) -> dict[str, Any]:
    claims = {"sub": "bench", "scope": "prescient/read"}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"accept": "application/json"},
        "requestContext": {
            "http": {"method": "GET", "path": path},
            "requestId": "bench",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = dict(part.split("=") for part in query.split("&"))
    return event


def _rows(connection: psycopg.Connection[dict[str, Any]], statement: str) -> Callable[[], str]:
    return lambda: json.dumps(connection.execute(SQL[statement]).fetchall(), default=str)
