"""Idempotency keys: a request that comes twice gets the first one's answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from psycopg.types.json import Jsonb

from prescient.core.errors import IdempotencyConflict
from prescient.core.money import plain
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)


@dataclass(frozen=True, slots=True)
class Request:
    """`digest` tells two requests with one key apart."""

    route: str
    key: str
    digest: str

    @classmethod
    def of(cls, route: str, key: str, values: Mapping[str, object]) -> Self:
        """The request with its validated values; the order of keys and trailing zeros are alike."""
        canonical = json.dumps(values, sort_keys=True, default=plain)
        return cls(route, key, hashlib.sha256(canonical.encode()).hexdigest())


def earlier_answer(
    session: Session, request: Request, now: datetime
) -> Mapping[str, object] | None:
    """What this request was answered before; None makes it the first, to be followed by `keep`.

    Of two at once the second waits here for the first one's transaction. Raises
    `IdempotencyConflict` when the key came with another request.
    """
    values = {"route": request.route, "key": request.key}
    claim = {**values, "digest": request.digest, "now": now}
    if session.execute(SQL["claim_key"], claim).rowcount == 1:
        return None
    digest, answer = session.execute(SQL["select_answer"], values).fetchall()[0]
    if digest != request.digest:
        raise IdempotencyConflict(request.key)
    found: Mapping[str, object] = answer
    return found


def keep(session: Session, request: Request, answer: Mapping[str, object]) -> None:
    """Store the answer, in the transaction that claimed the key."""
    values = {"route": request.route, "key": request.key, "answer": Jsonb(dict(answer))}
    session.execute(SQL["keep_answer"], values)


def forget(session: Session, before: datetime) -> int:
    """Remove the keys from before this moment, which no caller repeats any more; how many."""
    return session.execute(SQL["forget_keys"], {"before": before}).rowcount
