"""`make migrate` that is killed before one of its statements: `… killed_process NUMBER`."""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy.engine import Connection

from operations import migrate
from tests.migrations.statements import before_each


def main() -> None:
    left = int(sys.argv[1])

    def count_down(_: Connection, __: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with before_each(count_down):
        migrate.main()


if __name__ == "__main__":
    main()
