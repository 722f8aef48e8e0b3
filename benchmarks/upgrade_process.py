"""One upgrade: `python -m benchmarks.upgrade_process DATABASE_URL`.

Prints a JSON object: seconds, and this process's peak memory.
"""

from __future__ import annotations

import json
import sys

from benchmarks.bench import Stopwatch
from benchmarks.ingest_process import peak_megabytes
from prescient.usecases.migration import migrate
from prescient.usecases.support.migrating import MigrateRequest


def main() -> None:
    (database_url,) = sys.argv[1:]
    with Stopwatch() as watch:
        migrate(database_url, MigrateRequest())
    print(json.dumps({"seconds": watch.seconds, "peak_megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main()
