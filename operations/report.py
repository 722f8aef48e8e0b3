"""`make report`: one page about the portfolios of DATABASE_URL, or of the last run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from local.aws.function_log import FUNCTION_LOG, functions_log_to
from local.aws.stack import Stack
from local.demo.results import Results
from local.heartbeat import Heartbeat, closed_visibly
from local.report.writing import reading, write
from local.settings import read
from operations.opened import opened
from prescient.core.errors import PrescientError

SETTINGS = ("DATABASE_URL", "PORTFOLIOS")


def main(arguments: Sequence[str] = ()) -> int:
    """Write the page; return 0, or 2 when there is nothing to read."""
    try:
        settings = read("report", SETTINGS, arguments)
        with opened(settings) as url, Heartbeat("Writing the report"):
            path = _written(url, settings.get("PORTFOLIOS", ""))
    except PrescientError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Written to {path}: open it in a browser.")
    return 0


def _written(url: str, wanted: str) -> Path:
    """Write the page as of the newest prices: a run's time ends with it."""
    results = Results(url)
    with closed_visibly() as resources:
        resources.callback(results.close)
        resources.enter_context(functions_log_to(FUNCTION_LOG))
        stack = resources.enter_context(Stack(url, None, at=results.latest_batch()))
        return write(reading(stack, url, wanted))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
