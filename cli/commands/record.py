"""What a portfolio holds, did and decided, and all of it as CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ..errors import Misused
from ..options import Portfolio, command, program
from ..paging import Page, Period
from ..session import Session
from ..views import record as views

Market = Annotated[
    str | None,
    typer.Option("--market", metavar="MARKET", help="Only those of one, by its id."),
]
_LARGEST_PAGE = 1_000


@command(
    program,
    "positions",
    "prescient positions Momentum",
    "prescient positions Momentum --status closed --from 2026-03-01",
)
def positions(
    session: Session,
    portfolio: Portfolio,
    period: Period,
    page: Page,
    *,
    status: Annotated[
        str, typer.Option("--status", metavar="STATUS", help="open, closed or all.")
    ] = "open",
    market: Market = None,
) -> None:
    """Show what a portfolio holds, or held."""
    query = {"status": None if status == "all" else status, "market_id": market}
    answer = session.api.positions(
        session.portfolio_id(portfolio), {**query, **period.query(), **page.query()}
    )
    session.show(answer, views.positions)
    page.tell_of_more(answer.content.next)


@command(
    program,
    "trades",
    "prescient trades Momentum --limit 20",
    "prescient trades Momentum --market 605700",
)
def trades(
    session: Session, portfolio: Portfolio, period: Period, page: Page, *, market: Market = None
) -> None:
    """Show what a portfolio bought, newest first."""
    query = {"market_id": market, **period.query(), **page.query()}
    answer = session.api.trades(session.portfolio_id(portfolio), query)
    session.show(answer, views.trades)
    page.tell_of_more(answer.content.next)


@command(program, "exits", "prescient exits Momentum", "prescient exits Momentum --kind stop_loss")
def exits(
    session: Session,
    portfolio: Portfolio,
    period: Period,
    page: Page,
    *,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="sell, stop_loss, take_profit, settlement, …"),
    ] = None,
    market: Market = None,
) -> None:
    """Show what a portfolio sold or was paid, newest first."""
    query = {"kind": kind, "market_id": market, **period.query(), **page.query()}
    answer = session.api.exits(session.portfolio_id(portfolio), query)
    session.show(answer, views.exits)
    page.tell_of_more(answer.content.next)


@command(
    program,
    "signals",
    "prescient signals Momentum",
    "prescient signals Momentum --status rejected --from 2026-03-01",
)
def signals(
    session: Session,
    portfolio: Portfolio,
    period: Period,
    page: Page,
    *,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", help="executed, rejected or pending."),
    ] = None,
    market: Market = None,
) -> None:
    """Show what a portfolio decided, and what came of it."""
    query = {"status": status, "market_id": market, **period.query(), **page.query()}
    answer = session.api.signals(session.portfolio_id(portfolio), query)
    session.show(answer, views.signals)
    page.tell_of_more(answer.content.next)


@command(
    program,
    "export",
    "prescient export Momentum trades > trades.csv",
    "prescient export Momentum equity --from 2026-03-01 --output equity.csv",
)
def export(
    session: Session,
    portfolio: Portfolio,
    what: Annotated[
        str,
        typer.Argument(
            metavar="LIST",
            help="positions, trades, exits, signals, ledger, equity, …",
        ),
    ],
    period: Period,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else standard output.")
    ] = None,
) -> None:
    """Write one of a portfolio's lists, every page of it, as CSV."""
    if session.as_json:
        raise Misused("--json: an export is CSV")
    query = {**period.query(), "limit": _LARGEST_PAGE}
    pages = session.api.csv(session.portfolio_id(portfolio), what, query)
    if output is None:
        sys.stdout.flush()
        _write(pages, sys.stdout.buffer)
        return
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("wb") as file:
            _write(pages, file)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(pages: Iterable[bytes], stream: BinaryIO) -> None:
    """Write the pages one after the other under the head of the first."""
    for place, page in enumerate(pages):
        _, _, rows = page.partition(b"\n")
        stream.write(page if place == 0 else rows)
