"""Work on many items at once, in which a bad item does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import psycopg
from psycopg import errors

from prescient.core.errors import InvalidRequest
from prescient.store.database import Session
from prescient.store.pending import Pending

Item = TypeVar("Item")
Result = TypeVar("Result")

LONGEST_REASON = 300
BAD_DATA = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.ProgramLimitExceeded,
    ArithmeticError,
    ValueError,
    InvalidRequest,
)
"""What data can be to blame for; all else concerns the whole transaction."""


@dataclass(frozen=True, slots=True)
class Attempted(Generic[Item, Result]):
    """The results of what worked, and each item that did not, with the reason."""

    results: list[Result] = field(default_factory=list)
    failures: list[tuple[Item, str]] = field(default_factory=list)


def attempt(
    session: Session, items: Sequence[Item], act: Callable[[Sequence[Item]], Result]
) -> Attempted[Item, Result]:
    """Do `act` for all items, and undo it for those whose data makes it fail.

    `act` is first called with all of them. Where that fails, its work is undone, and it is called
    with one half and then with the other: it must come to the same in parts, and attempt nothing
    itself. Without items it is not called. The savepoint of what worked stays open until the
    commit, which spares a wait.
    """

    def attempt_part(part: Sequence[Item]) -> Result:
        session.execute("SAVEPOINT attempt")
        return act(part)

    return _attempted(session, items, attempt_part)


def attempt_sent(
    session: Session, items: Sequence[Item], send: Callable[[Sequence[Item]], Pending[Result]]
) -> Attempted[Item, Result]:
    """As `attempt`, where `send` sends all that is to be done.

    The savepoint travels with it: only its end waits for the server, and then what is pending is
    read.
    """

    def attempt_part(part: Sequence[Item]) -> Result:
        with session.pipeline():
            session.execute("SAVEPOINT attempt")
            pending = send(part)
        return pending.get()

    return _attempted(session, items, attempt_part)


def _attempted(
    session: Session, items: Sequence[Item], attempt_part: Callable[[Sequence[Item]], Result]
) -> Attempted[Item, Result]:
    attempted: Attempted[Item, Result] = Attempted()
    _halve(session, items, attempt_part, attempted)
    return attempted


def _halve(
    session: Session,
    items: Sequence[Item],
    attempt_part: Callable[[Sequence[Item]], Result],
    attempted: Attempted[Item, Result],
) -> None:
    if not items:
        return
    try:
        result = attempt_part(items)
    except BAD_DATA as error:
        _undo(session)
        if len(items) == 1:
            attempted.failures.append((items[0], _reason(error)))
            return
        middle = len(items) // 2
        _halve(session, items[:middle], attempt_part, attempted)
        _halve(session, items[middle:], attempt_part, attempted)
    else:
        attempted.results.append(result)


def _undo(session: Session) -> None:
    """Undo the last attempt, and have psycopg forget which statements it prepared.

    A pipeline that failed has skipped some of them; only a rollback of psycopg's own clears them.
    """
    session.execute("ROLLBACK TO attempt", prepare=False)
    session.execute("RELEASE attempt", prepare=False)
    with session.transaction(force_rollback=True):
        pass


def _reason(error: Exception) -> str:
    """The error in one line; Postgres' own words without the row that it quotes."""
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    text = f"{type(error).__name__}: {said or error}"
    return " ".join(text.replace("\0", " ").split())[:LONGEST_REASON]
