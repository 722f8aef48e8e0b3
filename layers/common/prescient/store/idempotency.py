"""Idempotency keys: a request that comes twice gets the first one's answer.

The requests that move money share one space of keys, whatever their route and portfolio. Their keys
are never forgotten: whenever a repetition comes, it moves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Self

from psycopg.types.json import Jsonb

from prescient.core.errors import IdempotencyConflict
from prescient.core.money import plain
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session

SQL = statements.load(__file__)
MONEY = "money"


class Request(NamedTuple):
    """`digest` tells two requests with one key apart.

    `portfolio_ids` are those that the answer is about, where the request names them.
    """

    route: str
    key: str
    digest: str
    portfolio_ids: tuple[PortfolioId, ...] = ()

    @classmethod
    def of(cls, route: str, key: str, values: Mapping[str, object]) -> Self:
        """The request with its validated values; the order of keys and trailing zeros are alike."""
        canonical = json.dumps(values, sort_keys=True, default=plain)
        return cls(route, key, hashlib.sha256(canonical.encode()).hexdigest())

    @classmethod
    def of_money(
        cls,
        action: str,
        portfolio_ids: Sequence[PortfolioId],
        key: str | None,
        values: Mapping[str, object],
    ) -> Self | None:
        """The request to do this with money, None without a key; it has the space `MONEY`."""
        if key is None:
            return None
        named = {"action": action, "portfolio_ids": list(portfolio_ids), "values": values}
        return cls.of(MONEY, key, named)._replace(portfolio_ids=tuple(portfolio_ids))


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
    """Remove the keys from before this moment, but those of money; how many."""
    return session.execute(SQL["forget_keys"], {"before": before, "kept": MONEY}).rowcount
