"""A listing, read over HTTP by the real client and stored by the real filter step.

Floors: the same answers read over HTTP and decoded, and then, in one transaction, the rows that the
first reading leaves behind COPYed into the same tables; and what an hour later is left to write
when nothing but time has changed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from werkzeug.wrappers import Request, Response

from benchmarks.bench import Bench, Lap, Measurement, lap_of_process
from benchmarks.ingest_floor_process import SEEN_AGAIN, SQL, TABLES
from local.exchange.listing import listing_pages
from local.http_server import HttpServer

SEED = 1
BOUND, BOUND_AGAIN = 2.0, 4.0
_JSON = "application/json"


def measure(bench: Bench) -> Iterator[Measurement]:
    """`rows` are markets of the listing, tradable or not."""
    exchange = _RenderedExchange(bench.rows)
    with (
        HttpServer(exchange.respond) as server,
        bench.database() as read,
        tempfile.TemporaryDirectory() as folder,
    ):
        _ingest(read, server.url, hour=0)
        contest = _Contest(bench, server.url, exchange.markets, read, Path(folder))
        contest.write_down()
        first, floor, again, floor_again = bench.interleaved(
            contest.ingest, contest.copy, contest.ingest_again, contest.copy_again
        )
    work = f"{exchange.markets:,} market rows, {exchange.megabytes:,.0f} MB of JSON"
    yield Measurement("ingest", first, floor, work, BOUND)
    yield Measurement(
        "ingest.again", again, floor_again, f"the same {work}, stored before", BOUND_AGAIN
    )


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
    """`read` is a database after a first reading; `folder` has the rows that the floors write.

    `markets` are the listing's, those included that are read and not stored.
    """

    bench: Bench
    exchange_url: str
    markets: int
    read: str
    folder: Path

    def write_down(self) -> None:
        """Write the rows of each table, and those that the next reading adds to the tape."""
        for name in ("first", "again"):
            (self.folder / name).mkdir()
        for table in TABLES:
            statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            (self.folder / "first" / table).write_bytes(_read_out(self.read, statement))
        seen = _read_out(self.read, SQL["read_snapshots"])
        (self.folder / "again" / SEEN_AGAIN).write_bytes(seen)

    def ingest(self) -> Lap:
        with self.bench.database() as url:
            return _ingest(url, self.exchange_url, hour=0)

    def ingest_again(self) -> Lap:
        with self.bench.database(copy_of=self.read) as url:
            return _ingest(url, self.exchange_url, hour=1)

    def copy(self) -> Lap:
        with self.bench.database() as url:
            return self._floor(url, "first")

    def copy_again(self) -> Lap:
        with self.bench.database(copy_of=self.read) as url:
            return self._floor(url, "again")

    def _floor(self, url: str, rows: str) -> Lap:
        program = "benchmarks.ingest_floor_process"
        lap = lap_of_process(program, url, self.exchange_url, str(self.folder / rows))
        rate = {"rows_per_second": self.markets / lap.seconds}
        return Lap(lap.seconds, {**lap.figures, **rate})


def _ingest(database_url: str, exchange_url: str, *, hour: int) -> Lap:
    return lap_of_process("benchmarks.ingest_process", database_url, exchange_url, str(hour))


def _read_out(url: str, statement: sql.Composed | LiteralString) -> bytes:
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        return b"".join(copy)
