"""What ends `make run` and `make serve` with a message for their user, and exit status 2."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from local.demo.portfolios import CreationRefused
from local.demo.timetable import UnknownExchange
from local.exchange.recordings import RecordingUnreadable
from local.ownership import FolderTaken, FolderUnusable
from local.stopping import Stopped
from prescient.core.errors import PrescientError

REFUSALS = (
    UnknownExchange,
    RecordingUnreadable,
    CreationRefused,
    FolderTaken,
    FolderUnusable,
    PrescientError,
)


def exit_status(serve: Callable[[], None], console: Console) -> int:
    """Serve until an end is wanted, and return 0; print a refusal, and return 2."""
    try:
        serve()
    except Stopped:
        return 0
    except REFUSALS as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return 2
    return 0
