"""Cycles, and which of them runs a portfolio: at most one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from psycopg.rows import scalar_row
from psycopg.types.json import Json, Jsonb

from prescient.core.deciding.cycles import CycleKind, CyclePortfolioStatus, CycleStatus, Funnel
from prescient.core.errors import ClaimLost, CycleNotFound
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.pending import Pending
from prescient.store.rows import send, typed_row

SQL = statements.load(__file__)
LEASE = timedelta(minutes=15)
LONGEST_REASON = 2000


class CycleRow(NamedTuple):
    """A cycle. `decided_at` is the end of its filter; `batch_id` is what it decided on.

    With `shared_depth` its portfolios take from the same books, else each from its own copy.
    `counters` are those of its last fetch, one that failed included.
    """

    cycle_id: int
    cycle_key: str
    kind: CycleKind
    execution_name: str | None
    parameters: Mapping[str, object]
    status: CycleStatus
    batch_id: int | None
    started_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    error: str | None
    counters: Mapping[str, object]
    shared_depth: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclePortfolioRow:
    """The result of a cycle for one portfolio; equity in dollars."""

    cycle_id: int
    portfolio_id: PortfolioId
    status: CyclePortfolioStatus
    lease_until: datetime | None
    funnel: Funnel
    signals: int
    trades: int
    rejections: Mapping[str, int]
    equity: Decimal | None
    reason: str | None
    executed_at: datetime | None


class Claim(Protocol):
    """Whether, and until when, a cycle runs a portfolio."""

    @property
    def cycle_id(self) -> int: ...

    @property
    def portfolio_id(self) -> PortfolioId: ...

    @property
    def status(self) -> CyclePortfolioStatus: ...

    @property
    def lease_until(self) -> datetime | None: ...


class PortfolioResults(NamedTuple):
    """What a cycle did for portfolios."""

    cycle_id: int
    by_portfolio: Mapping[PortfolioId, CyclePortfolioRow]

    def of(self, portfolio_id: PortfolioId) -> CyclePortfolioRow:
        """The result for a portfolio; raises `ClaimLost` when it was never enrolled."""
        if portfolio_id not in self.by_portfolio:
            raise not_enrolled(self.cycle_id, portfolio_id)
        return self.by_portfolio[portfolio_id]


class Opening(NamedTuple):
    """A cycle to open, once for its `cycle_key`."""

    cycle_key: str
    kind: CycleKind
    execution_name: str | None
    parameters: Mapping[str, object]


def open_cycle(session: Session, opening: Opening, now: datetime) -> int:
    """Insert the cycle, or find the one that this key opened before."""
    values = {
        "cycle_key": opening.cycle_key,
        "kind": opening.kind,
        "execution_name": opening.execution_name,
        "parameters": Jsonb(dict(opening.parameters)),
        "now": now,
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        return int(cursor.execute(SQL["open_cycle"], values).fetchall()[0])


def get(session: Session, cycle_id: int) -> CycleRow:
    """The cycle; raises `CycleNotFound`."""
    return send_get(session, cycle_id).get()


def send_get(session: Session, cycle_id: int) -> Pending[CycleRow]:
    """As `get`, but the cycle is waited for later."""
    found = send(session, CycleRow, SQL["select_cycle"], {"cycle_id": cycle_id})

    def read() -> CycleRow:
        for row in found.get():
            return row
        raise CycleNotFound(f"cycle_id: no cycle {cycle_id} exists")

    return Pending(read)


def find_by_key(session: Session, cycle_key: str) -> CycleRow | None:
    """The cycle that this key opened, if it has."""
    with session.cursor(row_factory=typed_row(CycleRow)) as cursor:
        return cursor.execute(SQL["select_cycle_by_key"], {"cycle_key": cycle_key}).fetchone()


def latest_of_portfolio(session: Session, portfolio_id: PortfolioId) -> int:
    """The newest cycle that enrolled the portfolio; raises `CycleNotFound`."""
    values = {"portfolio_id": portfolio_id}
    with session.cursor(row_factory=scalar_row) as cursor:
        found = cursor.execute(SQL["select_latest_cycle_of_portfolio"], values).fetchone()
    if found is None:
        raise CycleNotFound(f"cycle_id: no cycle has run portfolio {portfolio_id} yet")
    return int(found)


def decide_on_batch(
    session: Session,
    cycle_id: int,
    batch_id: int,
    portfolio_ids: Sequence[PortfolioId],
    now: datetime,
    *,
    shared_depth: bool,
) -> None:
    """Fix the batch on which every portfolio of the cycle decides, and enroll the portfolios."""
    values = {"cycle_id": cycle_id, "batch_id": batch_id, "now": now, "shared_depth": shared_depth}
    session.execute(SQL["decide_on_batch"], values)
    session.execute(
        SQL["enroll_portfolios"], {"cycle_id": cycle_id, "portfolio_ids": list(portfolio_ids)}
    )


def record_counters(session: Session, cycle_id: int, counters: Mapping[str, object]) -> None:
    """Note what the cycle's fetch asked of the exchange and left out."""
    session.execute(
        SQL["record_counters"], {"cycle_id": cycle_id, "counters": Jsonb(dict(counters))}
    )


def enrolled(session: Session, cycle_id: int) -> list[PortfolioId]:
    """The portfolios of the cycle, by id."""
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["select_enrolled"], {"cycle_id": cycle_id}).fetchall()


def send_portfolio_results(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId]
) -> Pending[PortfolioResults]:
    """Read what the cycle did for those of the portfolios that it has enrolled."""
    values = {"cycle_id": cycle_id, "portfolio_ids": portfolio_ids}
    cursor = session.cursor(row_factory=typed_row(CyclePortfolioRow))
    cursor.execute(SQL["select_cycle_portfolios"], values)
    return Pending(
        lambda: PortfolioResults(cycle_id, {row.portfolio_id: row for row in cursor.fetchall()})
    )


def send_portfolio_result(
    session: Session, cycle_id: int, portfolio_id: PortfolioId
) -> Pending[CyclePortfolioRow]:
    """Read what the cycle did for a portfolio; raises `ClaimLost` when it was never enrolled."""
    found = send_portfolio_results(session, cycle_id, [portfolio_id])
    return Pending(lambda: found.get().of(portfolio_id))


def send_claim(
    session: Session, cycle_id: int, portfolio_id: PortfolioId, now: datetime
) -> Pending[int | None]:
    """Claim the locked portfolio for this cycle; the id of the cycle that holds it, or None.

    A claim whose lease has run out is taken over. Raises `ClaimLost` when this cycle has already
    ended for the portfolio.
    """
    key = _key(cycle_id, portfolio_id)
    session.execute(SQL["end_expired_claim"], {**key, "now": now})
    others = session.cursor(row_factory=scalar_row)
    others.execute(SQL["select_other_claim"], key)
    claimed = session.execute(SQL["claim"], {**key, "lease_until": now + LEASE})

    def read() -> int | None:
        other = others.fetchone()
        if other is not None:
            return int(other)
        if claimed.fetchone() is None:
            raise ClaimLost(f"cycle {cycle_id} has ended for portfolio {portfolio_id}")
        return None

    return Pending(read)


def not_enrolled(cycle_id: int, portfolio_id: PortfolioId) -> ClaimLost:
    """The error where the cycle never enrolled the portfolio."""
    return ClaimLost(f"cycle_id: portfolio {portfolio_id} is not part of cycle {cycle_id}")


def check_claim(claim: Claim) -> None:
    """Raise `ClaimLost` where the cycle does not run the locked portfolio."""
    if claim.status is not CyclePortfolioStatus.RUNNING:
        raise ClaimLost(
            f"cycle_id: cycle {claim.cycle_id} does not run portfolio {claim.portfolio_id}: "
            f"it is {claim.status}"
        )


def check_lease(claim: Claim, now: datetime) -> None:
    """Raise `ClaimLost` where the claim's lease has run out: another cycle may take it over."""
    if claim.lease_until is None or claim.lease_until <= now:
        raise ClaimLost(
            f"cycle_id: cycle {claim.cycle_id} no longer runs portfolio {claim.portfolio_id}: "
            f"its lease ran out at {claim.lease_until}"
        )


def skip(session: Session, cycle_id: int, portfolio_id: PortfolioId, reason: str) -> None:
    session.execute(SQL["skip"], {**_key(cycle_id, portfolio_id), "reason": reason})


def record_signals(
    session: Session, cycle_id: int, portfolio_id: PortfolioId, funnel: Funnel, signals: int
) -> None:
    values = {"funnel": Json(funnel), "signals": signals}
    session.execute(SQL["record_signals"], {**_key(cycle_id, portfolio_id), **values})


def complete(
    session: Session, cycle_id: int, portfolio_id: PortfolioId, equity: Decimal | None
) -> None:
    """End a portfolio's part of a cycle with its equity, None where it cannot be valued."""
    session.execute(SQL["complete_portfolio"], {**_key(cycle_id, portfolio_id), "equity": equity})


def fail(
    session: Session, cycle_id: int, portfolio_ids: Sequence[PortfolioId], reason: str
) -> list[PortfolioId]:
    """End the parts of portfolios that have not ended as failed, and return which they are."""
    values = {
        "cycle_id": cycle_id,
        "portfolio_ids": list(portfolio_ids),
        "reason": _storable(reason),
    }
    with session.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(SQL["fail_portfolios"], values).fetchall()


def close(session: Session, cycle_id: int, error: str | None, now: datetime) -> None:
    """End the cycle, as failed where there is an error; what never finished fails with it."""
    error = None if error is None else _storable(error)
    reason = error or "the cycle ended before this portfolio did"
    session.execute(SQL["fail_unfinished"], {"cycle_id": cycle_id, "reason": reason})
    status = CycleStatus.COMPLETED if error is None else CycleStatus.FAILED
    values = {"cycle_id": cycle_id, "status": status, "error": error, "now": now}
    session.execute(SQL["close_cycle"], values)


def close_finished(session: Session, portfolio_ids: Sequence[PortfolioId], now: datetime) -> None:
    """End the running manual cycles of these portfolios that have no unfinished part left."""
    session.execute(SQL["close_finished"], {"portfolio_ids": list(portfolio_ids), "now": now})


def _storable(reason: str) -> str:
    """As text that Postgres takes: what a user's strategy raises may say anything."""
    return reason[:LONGEST_REASON].encode(errors="replace").decode().replace("\0", "?")


def _key(cycle_id: int, portfolio_id: PortfolioId) -> dict[str, int]:
    return {"cycle_id": cycle_id, "portfolio_id": portfolio_id}
