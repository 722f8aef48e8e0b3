"""A listing, read over HTTP by the real client and stored by the real filter step.

Floors: the rows that the first reading leaves behind, COPYed from memory into the same tables; and
what an hour later is left to write when nothing but time has changed. One transaction each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from werkzeug.wrappers import Request, Response

from benchmarks.bench import Bench, Lap, Measurement, Stopwatch, lap_of_process
from local.exchange.listing import listing_pages
from local.http_server import HttpServer
from prescient.store import statements

SQL = statements.load(__file__)
SEED = 1
TABLES = (
    "market_batches", "events", "markets", "market_snapshots", "market_prices", "market_hours",
)  # fmt: skip
_JSON = "application/json"


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are markets of the listing, tradable or not."""
    exchange = _RenderedExchange(bench.rows)
    with HttpServer(exchange.respond) as server, bench.database() as read:
        _ingest(read, server.url, hour=0)
        stored, seen = _stored(read), _seen_again(read)
        contest = _Contest(bench, server.url, exchange.markets, read, stored, seen)
        first, floor, again, floor_again = bench.interleaved(
            contest.ingest, contest.copy, contest.ingest_again, contest.copy_again
        )
    work = f"{exchange.markets:,} market rows, {exchange.megabytes:,.0f} MB of JSON"
    yield Measurement("ingest", first, floor, work)
    yield Measurement("ingest.again", again, floor_again, f"the same {work}, stored before")


class _RenderedExchange:
    """Answers pages that were rendered before, so that no lap waits for it; it has no books."""

    def __init__(self, markets: int) -> None:
        pages = list(listing_pages(markets, SEED))
        cursors = ["", *(json.loads(page)["next_cursor"] for page in pages[:-1])]
        self._pages = dict(zip(cursors, pages, strict=True))
        self.markets = sum(page.count(b'"question":') for page in pages)
        self.megabytes = sum(map(len, pages)) / 1e6

    def respond(self, request: Request) -> Response:
        if request.path != "/events/keyset":
            return Response("[]", content_type=_JSON)
        return Response(self._pages[request.args.get("after_cursor", "")], content_type=_JSON)


@dataclass(frozen=True, slots=True)
class _Contest:
    """`read` is a database after a first reading, `stored` its rows, `seen` those of the next.

    `markets` are the listing's, those included that are read and not stored.
    """

    bench: Bench
    exchange_url: str
    markets: int
    read: str
    stored: Mapping[str, bytes]
    seen: bytes

    def ingest(self) -> Lap:
        with self.bench.database() as url:
            return _ingest(url, self.exchange_url, hour=0)

    def ingest_again(self) -> Lap:
        with self.bench.database(copy_of=self.read) as url:
            return _ingest(url, self.exchange_url, hour=1)

    def copy(self) -> Lap:
        with self.bench.database() as url, _connected(url) as cursor, Stopwatch() as watch:
            for table, rows in self.stored.items():
                with cursor.copy(_copy("COPY {} FROM STDIN", table)) as copy:
                    copy.write(rows)
            cursor.connection.commit()
        return self._lap(watch)

    def copy_again(self) -> Lap:
        with (
            self.bench.database(copy_of=self.read) as url,
            _connected(url) as cursor,
            Stopwatch() as watch,
        ):
            cursor.execute(SQL["add_batch"])
            with cursor.copy(SQL["write_snapshots"]) as copy:
                copy.write(self.seen)
            cursor.execute(SQL["move_prices"])
            cursor.execute(SQL["add_hours"])
            cursor.connection.commit()
        return self._lap(watch)

    def _lap(self, watch: Stopwatch) -> Lap:
        return Lap(watch.seconds, {"rows_per_second": self.markets / watch.seconds})


def _ingest(database_url: str, exchange_url: str, *, hour: int) -> Lap:
    return lap_of_process("benchmarks.ingest_process", database_url, exchange_url, str(hour))


def _stored(url: str) -> Mapping[str, bytes]:
    """Return the rows of each table in COPY's text format."""
    return {table: _read_out(url, _copy("COPY {} TO STDOUT", table)) for table in TABLES}


def _seen_again(url: str) -> bytes:
    """Return the rows that the next reading adds to the tape, in COPY's text format."""
    return _read_out(url, SQL["read_snapshots"])


def _read_out(url: str, statement: sql.Composed | LiteralString) -> bytes:
    with _connected(url) as cursor, cursor.copy(statement) as copy:
        return b"".join(copy)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Cursor[TupleRow]]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        yield cursor


def _copy(text: str, table: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table))
