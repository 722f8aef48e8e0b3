"""Deposits, withdrawals and transfers: each happens once for its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from prescient.core.errors import IdempotencyConflict, PortfolioNotFound
from prescient.core.money import ZERO
from prescient.core.portfolio.cash import (
    LedgerKind,
    Transfer,
    check_amount,
    check_flow,
    check_transfer,
)
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cash, guards, history, ledger, portfolios
from prescient.store.database import Session


def deposit(
    session: Session,
    portfolio_id: PortfolioId,
    amount: Decimal,
    key: str,
    now: datetime,
    *,
    ordered_by: str | None = None,
    reason: str | None = None,
) -> None:
    """Add cash. `ordered_by` is the caller, `reason` is in the caller's words; both are recorded.

    Raises `InvalidRequest`, `PortfolioNotFound`, what `check_flow` raises, or
    `IdempotencyConflict` where the key moved other cash before.
    """
    check_amount(amount)
    source = f"deposit:{key}"
    entry = ledger.Entry(portfolio_id, LedgerKind.DEPOSIT, amount, source, ordered_by, reason)
    _move(session, [entry], now)


def withdraw(
    session: Session,
    portfolio_id: PortfolioId,
    amount: Decimal,
    key: str,
    now: datetime,
    *,
    ordered_by: str | None = None,
    reason: str | None = None,
) -> None:
    """Take cash out, at most the balance; raises as `deposit` does."""
    check_amount(amount)
    source = f"withdrawal:{key}"
    entry = ledger.Entry(portfolio_id, LedgerKind.WITHDRAWAL, -amount, source, ordered_by, reason)
    _move(session, [entry], now)


def transfer(session: Session, wanted: Transfer, now: datetime) -> None:
    """Move cash between two portfolios and log it; raises as `deposit` does."""
    check_transfer(wanted)
    try:
        moved = _move(session, _entries(wanted), now)
    except PortfolioNotFound as error:
        side = "from" if error.portfolio_id == wanted.from_id else "to"
        raise PortfolioNotFound(error.portfolio_id, f"{side}_portfolio_id") from None
    if moved:
        cash.log_transfers(session, [wanted], now)


def transfer_all(session: Session, wanted: Sequence[Transfer], now: datetime) -> list[Transfer]:
    """Make all transfers of a rebalancing or none; returns those that had not been made before.

    A key that moved another amount before has moved what its day asked for.
    """
    for transfer in wanted:
        check_transfer(transfer)
    entries = [entry for transfer in wanted for entry in _entries(transfer)]
    moved = _move(session, entries, now, exactly=False)
    made = [transfer for transfer in wanted if transfer.source in moved]
    cash.log_transfers(session, made, now)
    return made


def _entries(transfer: Transfer) -> tuple[ledger.Entry, ledger.Entry]:
    given = ledger.Entry(
        transfer.from_id,
        LedgerKind.TRANSFER_OUT,
        -transfer.amount,
        transfer.source,
        transfer.ordered_by,
        transfer.reason,
    )
    taken = given._replace(
        portfolio_id=transfer.to_id, kind=LedgerKind.TRANSFER_IN, amount=transfer.amount
    )
    return given, taken


def _move(
    session: Session, entries: Sequence[ledger.Entry], now: datetime, *, exactly: bool = True
) -> set[str]:
    """Post the entries whose sources were not posted before; the sources of those.

    Raises `IdempotencyConflict` where one was posted with another amount, if that `exactly`
    matters.
    """
    accounts = cash.lock_accounts(session, [entry.portfolio_id for entry in entries])
    before = cash.posted(session, entries)
    known = {source for _, source in before}
    if exactly:
        _check_alike([entry for entry in entries if entry.source in known], before)
    new = [entry for entry in entries if entry.source not in known]
    changes = _changes(new)
    for portfolio_id, change in changes.items():
        account = accounts[portfolio_id]
        check_flow(account.status, account.current_balance, change)
    valued = [portfolio_id for portfolio_id in changes if accounts[portfolio_id].is_valued]
    history.add_equity_points(session, valued, now)
    ledger.post(session, new, now)
    history.add_equity_points(session, valued, now, changes)
    portfolios.shift_peaks(session, [(entry.portfolio_id, entry.amount) for entry in new], now)
    paid_in = sum((entry.amount for entry in new), ZERO)
    if paid_in != ZERO:
        guards.shift_total(session, paid_in)
    return {entry.source for entry in new}


def _check_alike(
    entries: Sequence[ledger.Entry], before: Mapping[tuple[PortfolioId, str], Decimal]
) -> None:
    for entry in entries:
        if before.get((entry.portfolio_id, entry.source)) != entry.amount:
            raise IdempotencyConflict(entry.source.partition(":")[2])


def _changes(entries: Sequence[ledger.Entry]) -> dict[PortfolioId, Decimal]:
    changes: defaultdict[PortfolioId, Decimal] = defaultdict(Decimal)
    for entry in entries:
        changes[entry.portfolio_id] += entry.amount
    return changes
