"""A floor of ingest: `python -m benchmarks.ingest_floor_process DATABASE_URL EXCHANGE_URL ROWS`.

Reads all pages over HTTP and decodes their JSON, as any client has to, and looks at nothing but the
cursor. Then it makes the durable change in one transaction, from rows that it is given: a folder
with a file a table in COPY's text format or, for a listing that was read before, the file
`seen_again`. Prints a JSON object, as `ingest_process` does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import orjson
import psycopg
import urllib3
from psycopg import sql
from psycopg.rows import TupleRow

from benchmarks.bench import Stopwatch, started
from benchmarks.ingest_process import peak_megabytes
from prescient.store import statements

SQL = statements.load(str(Path(__file__).with_name("ingest.py")))
SEEN_AGAIN = "seen_again"
TABLES = (
    "market_batches", "events", "markets", "market_snapshots", "market_prices", "market_hours",
)  # fmt: skip


def main() -> None:
    database_url, exchange_url, folder = sys.argv[1:]
    rows = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    with (
        urllib3.PoolManager() as pool,
        psycopg.connect(database_url) as connection,
        connection.cursor() as cursor,
        started(),
    ):
        with Stopwatch() as reading:
            _read_pages(pool, exchange_url)
        with Stopwatch() as writing:
            _write_again(cursor, rows) if SEEN_AGAIN in rows else _write(cursor, rows)
            connection.commit()
    figures = {
        "seconds": reading.seconds + writing.seconds,
        "milliseconds_of_sql": writing.seconds * 1e3,
        "peak_megabytes": peak_megabytes(),
    }
    print(json.dumps(figures))


def _read_pages(pool: urllib3.PoolManager, exchange_url: str) -> None:
    cursor: str | None = ""
    while cursor is not None:
        fields = {"after_cursor": cursor}
        answer = pool.request("GET", f"{exchange_url}/events/keyset", fields=fields)
        cursor = orjson.loads(answer.data).get("next_cursor")


def _write(cursor: psycopg.Cursor[TupleRow], rows: dict[str, bytes]) -> None:
    for table in TABLES:
        statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
        with cursor.copy(statement) as copy:
            copy.write(rows[table])


def _write_again(cursor: psycopg.Cursor[TupleRow], rows: dict[str, bytes]) -> None:
    cursor.execute(SQL["add_batch"])
    with cursor.copy(SQL["write_snapshots"]) as copy:
        copy.write(rows[SEEN_AGAIN])
    cursor.execute(SQL["move_prices"])
    cursor.execute(SQL["add_hours"])


if __name__ == "__main__":
    main()
