"""`make psql`: PostgreSQL's own terminal on the database of the last run."""

from __future__ import annotations

import signal
import subprocess
import sys

from local.postgres import databases
from local.postgres.programs import program
from local.postgres.server import DATABASE, DEFAULT_DIRECTORY, laptop_server


def main() -> int:
    """Run psql with this process's input and output; return its exit status, 2 without a run."""
    if not DEFAULT_DIRECTORY.exists():
        print("There is no database yet: make run makes one.", file=sys.stderr)
        return 2
    with laptop_server() as server:
        url = server.url(DATABASE)
        if not databases.exists(url):
            print("The last run made no database: make run makes one.", file=sys.stderr)
            return 2
        # Ctrl-C cancels a statement of psql and does not end the server under it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return subprocess.run([program("psql"), "--no-psqlrc", url], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
