"""How a command that changes a database ends: what became of the database, and an exit status."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NoReturn

from prescient.core.errors import InvalidRequest, PrescientError
from prescient.store import stamp


class Outcome(IntEnum):
    """The exit statuses."""

    DONE = 0
    REFUSED = 1
    """Nothing was begun, and nothing has changed."""
    FAILED = 2
    """What was begun is undone."""
    UNREPORTED = 3
    """Done, but the report could not be written."""


class Attempt:
    """How far a command has got, from which follows what an error means."""

    def __init__(self) -> None:
        self._url: str | None = None
        self._target: str | None = None
        self._done: str | None = None

    def begin(self, url: str, target: str | None) -> None:
        """Note that from here on the database may change, to the revision `target` at the end.

        A dry run has no target: it changes nothing.
        """
        self._url, self._target = url, target

    def finish(self, done: str) -> None:
        """Note in a sentence what is done now, and that only its report is still to be written."""
        self._done = done

    def outcome(self, *, has_failed: bool) -> tuple[Outcome, str]:
        """Return how it ended, and a sentence that says what became of the database."""
        if self._done is not None:
            return Outcome.UNREPORTED if has_failed else Outcome.DONE, self._done
        if self._url is None:
            return Outcome.REFUSED, "nothing has changed"
        if self._target is None:
            return Outcome.FAILED, "what was begun is undone, and nothing has changed"
        return self._found(self._url, self._target)

    def _found(self, url: str, target: str) -> tuple[Outcome, str]:
        """An error hides how far the work came: a commit may have arrived, its answer not."""
        try:
            revision = stamp.standing(url)
        except PrescientError:
            return Outcome.FAILED, (
                "what was begun is undone, unless the connection broke at the last moment: "
                "`make status` says where the database stands, once it answers"
            )
        if revision == target:
            return Outcome.UNREPORTED, f"the database is at revision {revision}"
        where = f"at revision {revision}" if revision else "without a revision"
        return Outcome.FAILED, f"what was begun is undone, and the database is {where}"


_LABELS = {
    Outcome.DONE: "Done",
    Outcome.REFUSED: "Refused",
    Outcome.FAILED: "Failed",
    Outcome.UNREPORTED: "Done, but the report could not be written",
}


def carried_out(work: Callable[[Attempt], None]) -> int:
    """Do the work, tell its errors, and end with a line that says the exit status; return that."""
    attempt = Attempt()
    try:
        work(attempt)
    except KeyboardInterrupt:
        _tell("Interrupted.")
    except InvalidRequest as error:
        _tell(*error.problems)
    except (PrescientError, OSError) as error:
        _tell(str(error))
    except Exception:  # noqa: BLE001 (whatever it was, what became of the database has to be told)
        _tell(traceback.format_exc().rstrip())
    else:
        return _ended(*attempt.outcome(has_failed=False))
    return _ended(*attempt.outcome(has_failed=True))


def as_program(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run as the program that was started; SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))


def _tell(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _ended(outcome: Outcome, sentence: str) -> int:
    stream = sys.stdout if outcome is Outcome.DONE else sys.stderr
    print(f"{_LABELS[outcome]}: {sentence}. Exit status {outcome}.", file=stream, flush=True)
    return outcome
