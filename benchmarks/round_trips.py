"""How often a connection waits for its server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from psycopg.pq import Trace

from prescient.store.database import Session


@dataclass(slots=True)
class RoundTrips:
    """`count` is known once the block has ended."""

    count: int = 0


@contextmanager
def counting(session: Session) -> Iterator[RoundTrips]:
    """Counts, in libpq's own trace (Linux only), how often an answer follows on something sent."""
    found = RoundTrips()
    with tempfile.TemporaryFile("w+") as trace:
        session.pgconn.trace(trace.fileno())
        session.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield found
        finally:
            session.pgconn.untrace()
            trace.seek(0)
            senders = [line[0] for line in trace if line[:2] in ("F\t", "B\t")]
            found.count = sum(pair == ("F", "B") for pair in pairwise(senders))
