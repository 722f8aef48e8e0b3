"""How often a connection waits for its server, and for how many statements.

A round trip is one such wait: something was sent, and before anything more is sent its answer is
read. Statements of a pipeline without an awaited result share one; BEGIN and COMMIT
count like others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from psycopg.pq import Trace

from prescient.store.database import Session

_WAITED_FOR = {("F", name) for name in ("Sync", "Flush", "Query", "CopyDone")}
_RUN = {("F", "Execute"), ("F", "Query")}


@dataclass(slots=True)
class RoundTrips:
    """Known once the block has ended; BEGIN and COMMIT are statements too."""

    count: int = 0
    statements: int = 0


@contextmanager
def counting(session: Session) -> Iterator[RoundTrips]:
    """Count in libpq's own trace (Linux only) how often the client waits for an answer.

    What a pipeline happens to read while it goes on sending is no wait.
    """
    found = RoundTrips()
    with tempfile.TemporaryFile("w+") as trace:
        session.pgconn.trace(trace.fileno())
        session.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield found
        finally:
            session.pgconn.untrace()
            trace.seek(0)
            messages = _messages(trace)
            found.count = sum(
                sent in _WAITED_FOR and answer[0] == "B" for sent, answer in pairwise(messages)
            )
            found.statements = sum(message in _RUN for message in messages)


def _messages(trace: IO[str]) -> Sequence[tuple[str, str]]:
    """Yield the sender of each message, `F` the client or `B` the server, and its name."""
    lines = (line.rstrip("\n").split("\t") for line in trace if line[:2] in ("F\t", "B\t"))
    return [(fields[0], fields[2]) for fields in lines]
