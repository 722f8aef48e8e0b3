"""`prescient cycle`: run a cycle, follow it, look at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Failed
from ..options import command, group, named
from ..session import Session, note
from ..views import cycles as views

if TYPE_CHECKING:
    from ..caller import Answer
    from ..models import CycleAnswer

app = group("cycle", "Run a cycle, follow it, look at it.")

_POLL_SECONDS = 1.0
_RUNNING = "running"
_FAILED = "failed"
CycleId = Annotated[
    int | None, typer.Argument(metavar="CYCLE", min=1, help="Its id; the newest unless given.")
]


@command(
    app,
    "run",
    "prescient cycle run",
    "prescient cycle run Momentum",
    "prescient cycle run --no-wait --min-liquidity 20000",
)
def run(
    session: Session,
    portfolio: Annotated[
        str | None,
        named("PORTFOLIO", "One; all active ones unless given."),
    ] = None,
    min_liquidity: Annotated[
        str | None,
        typer.Option(
            "--min-liquidity", metavar="DOLLARS", help="Dollars a market must have in its book."
        ),
    ] = None,
    min_volume: Annotated[
        str | None,
        typer.Option("--min-volume", metavar="DOLLARS", help="Dollars a market must have traded."),
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave a cycle that takes longer than 20 seconds.")
    ] = False,
) -> None:
    """Run a trading cycle, and tell what every portfolio did; exit code 1 where one failed."""
    from .. import models

    query = {"min_liquidity": min_liquidity, "min_volume": min_volume}
    portfolio_id = None if portfolio is None else session.portfolio_id(portfolio)
    with session.waiting("Running a cycle"):
        answer = session.api.run(portfolio_id, query)
    match answer.content:
        case models.CycleStarted(cycle_id=cycle_id) if not no_wait:
            _follow(session, cycle_id)
        case models.AllPortfoliosAnswer(summary=summary):
            session.show(answer, views.ended)
            _check(summary.failed_portfolios)
        case models.PortfolioCycleAnswer(results=results):
            session.show(answer, views.ended)
            _check(int(results.status == _FAILED))
        case _:
            session.show(answer, views.ended)


@command(app, "watch", "prescient cycle watch", "prescient cycle watch 12")
def watch(session: Session, cycle: CycleId = None) -> None:
    """Follow a cycle to its end, and tell what every portfolio did."""
    _follow(session, _named_or_newest(session, cycle))


@command(app, "show", "prescient cycle show", "prescient cycle show 12 --json")
def show(session: Session, cycle: CycleId = None) -> None:
    """Show a cycle: what every portfolio did, or has done so far."""
    session.show(session.api.cycle(_named_or_newest(session, cycle)), views.shown)


def _follow(session: Session, cycle_id: int) -> None:
    try:
        with session.waiting(f"Cycle {cycle_id}") as tell:
            answer = _ended(session, cycle_id, tell)
    except KeyboardInterrupt:
        note(f"\nCycle {cycle_id} goes on: prescient cycle watch {cycle_id}")
        raise
    session.show(answer, views.shown)
    if answer.content.cycle.status == _FAILED:
        raise Failed(f"Cycle {cycle_id} failed: {answer.content.cycle.error}")
    _check(answer.content.summary.failed_portfolios)


def _ended(session: Session, cycle_id: int, tell: Callable[[str], None]) -> Answer[CycleAnswer]:
    while True:
        answer = session.api.cycle(cycle_id)
        if answer.content.cycle.status != _RUNNING:
            return answer
        summary = answer.content.summary
        done = (
            summary.successful_portfolios + summary.failed_portfolios + summary.skipped_portfolios
        )
        tell(f"Cycle {cycle_id}: {done} of {summary.total_portfolios} portfolios")
        time.sleep(_POLL_SECONDS)


def _named_or_newest(session: Session, cycle_id: int | None) -> int:
    if cycle_id is not None:
        return cycle_id
    newest = session.api.cycles({"limit": 1}).content.cycles
    if not newest:
        raise Failed("No cycle has run yet: prescient cycle run")
    return newest[0].cycle_id


def _check(failed_portfolios: int) -> None:
    if failed_portfolios:
        raise Failed(f"{failed_portfolios} of the portfolios failed")
