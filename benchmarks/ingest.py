"""A listing, read over HTTP by the real client and stored by the real filter step.

Floor: the rows that this leaves behind, COPYed from memory into the same tables, one transaction.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch
from local.exchange.listing import listing_pages
from local.http_server import HttpServer, Request, Response

SEED = 1
TABLES = (
    "market_batches", "events", "markets", "market_snapshots", "market_prices", "market_hours",
)  # fmt: skip
_JSON = {"Content-Type": "application/json"}


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are markets of the listing, tradable or not."""
    filled: dict[str, bytes] = {}
    exchange = _RenderedExchange(bench.rows)
    with HttpServer(exchange.respond) as server:
        ours, floor = bench.interleaved(
            lambda: _ingest(bench, server.url, filled), lambda: _copy(bench, filled)
        )
    work = f"{exchange.markets:,} market rows, {exchange.megabytes:,.0f} MB of JSON"
    yield Measurement("ingest", ours, floor, work)


class _RenderedExchange:
    """Answers pages that were rendered before, so that nobody waits for it; it has no books."""

    def __init__(self, markets: int) -> None:
        pages = list(listing_pages(markets, SEED))
        cursors = ["", *(json.loads(page)["next_cursor"] for page in pages[:-1])]
        self._pages = dict(zip(cursors, pages, strict=True))
        self.markets = sum(page.count(b'"question":') for page in pages)
        self.megabytes = sum(map(len, pages)) / 1e6

    def respond(self, request: Request) -> Response:
        target = urlsplit(request.target)
        if target.path != "/events/keyset":
            return Response(200, _JSON, b"[]")
        cursor = parse_qs(target.query).get("after_cursor", [""])[0]
        return Response(200, _JSON, self._pages[cursor])


def _ingest(bench: Bench, exchange_url: str, filled: dict[str, bytes]) -> Lap:
    """In a process of its own, whose memory has nothing of the exchange; fills `filled` once."""
    with bench.database() as url:
        command = [sys.executable, "-m", "benchmarks.ingest_process", url, exchange_url]
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=paths)
        figures = json.loads(told.stdout)
        if not filled:
            filled |= _read_out(url)
    return Lap(figures.pop("seconds"), figures)


def _read_out(url: str) -> Mapping[str, bytes]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        rows = {}
        for table in TABLES:
            with cursor.copy(_statement("COPY {} TO STDOUT", table)) as copy:
                rows[table] = b"".join(copy)
        return rows


def _copy(bench: Bench, filled: Mapping[str, bytes]) -> Lap:
    with (
        bench.database() as url,
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        Stopwatch() as watch,
    ):
        for table, rows in filled.items():
            with cursor.copy(_statement("COPY {} FROM STDIN", table)) as copy:
                copy.write(rows)
        connection.commit()
    return Lap(watch.seconds)


def _statement(text: str, table: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table))
