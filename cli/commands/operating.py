"""What moves cash between portfolios, stops all of them, and checks the books."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import settings
from ..errors import Failed
from ..options import Reason, Yes, command, named, program
from ..session import Session
from ..views import operating as views


@command(
    program,
    "transfer",
    'prescient transfer Careful Bold 250.50 --reason "it does better"',
    'prescient transfer 1 2 1000 --reason "more for it"',
)
def transfer(
    session: Session,
    source: Annotated[str, named("FROM")],
    target: Annotated[str, named("TO")],
    amount: Annotated[str, typer.Argument(metavar="DOLLARS", help="How much.")],
    reason: Reason,
) -> None:
    """Move cash from one portfolio to another."""
    fields = {
        "from_portfolio_id": session.portfolio_id(source),
        "to_portfolio_id": session.portfolio_id(target),
        "amount": settings.amount(amount, "DOLLARS"),
        "reason": reason,
    }
    session.show(session.api.transfer(fields), views.moved)


@command(program, "pause-all", 'prescient pause-all --reason "the exchange is odd" --yes')
def pause_all(session: Session, reason: Reason, yes: Yes = False) -> None:
    """Stop every active portfolio from opening positions."""
    session.confirm("Pause every active portfolio?", yes=yes)
    session.show(session.api.pause_all(reason), views.paused)


@command(program, "reactivate-all", 'prescient reactivate-all --reason "it was a false alarm"')
def reactivate_all(session: Session, reason: Reason) -> None:
    """Let trade again what the newest pause-all stopped."""
    session.show(session.api.reactivate_all({"reason": reason}), views.reactivated)


@command(program, "reconcile", "prescient reconcile")
def reconcile(session: Session) -> None:
    """Check every number; exit code 1 where one differs."""
    with session.waiting("Checking every number"):
        answer = session.api.reconcile()
    session.show(answer, views.reconciled)
    if not answer.content.reconciled:
        raise Failed("The books do not agree")
