"""`python -m local.start run`, `serve` or `sam-api`: shows a sign of life while modules load.

Loading takes seconds on a cold disk, so this module imports only the standard library first.
"""

from __future__ import annotations

import importlib
import os
import sys

from local.heartbeat import Heartbeat
from local.stopping import Stopped, Stopping

_BROKEN_PIPE = 141


def main() -> int:
    """Run the command; return its exit status."""
    name = sys.argv[1]
    with Stopping() as stopping:
        try:
            with Heartbeat(f"Loading make {name}"):
                command = importlib.import_module(f"local.demo.{name.replace('-', '_')}")
            stopping.check()
            status: int = command.main(stopping)
            sys.stdout.flush()
        except Stopped:
            print("Stopped.")
            return 130
        except BrokenPipeError:
            # The reader, such as `head`, has gone; Python would report it when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _BROKEN_PIPE
    return status


if __name__ == "__main__":
    sys.exit(main())
