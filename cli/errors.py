"""What ends a command, each with its exit code and the message that the user reads."""

from __future__ import annotations

from collections.abc import Sequence

DONE = 0
REFUSED = 1
USAGE = 2
UNREACHABLE = 3
INTERRUPTED = 130


class CommandError(Exception):
    """Base of every error that a command ends with."""

    exit_code = REFUSED


class Refused(CommandError):
    """The API refused the request; `code` and `details` are those of its answer."""

    def __init__(self, code: str, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.details = details


class Failed(CommandError):
    """The request was carried out, and what it found is a failure."""


class Misused(CommandError):
    """The command line, the environment or a profile is not right."""

    exit_code = USAGE


class Unreachable(CommandError):
    """There is no API at the address, or it does not answer."""

    exit_code = UNREACHABLE


class NoAnswer(Unreachable):
    """A request went out, and no whole answer came: what it asked for may be done or not."""
