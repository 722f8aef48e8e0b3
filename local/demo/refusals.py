"""What ends `make run` and `make serve` with a message for their user, and exit status 2."""

from __future__ import annotations

from local.demo.portfolios import CreationRefused
from local.demo.timetable import UnknownExchange
from local.exchange.recordings import RecordingUnreadable
from local.ownership import FolderTaken, FolderUnusable
from prescient.core.errors import PrescientError

REFUSALS = (
    UnknownExchange,
    RecordingUnreadable,
    CreationRefused,
    FolderTaken,
    FolderUnusable,
    PrescientError,
)
