"""A market as portfolios see it: why one was traded or not, and who holds it."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Portfolio, command, program
from ..paging import Page
from ..session import Session
from ..views import markets as views

Market = Annotated[str, typer.Argument(metavar="MARKET", help="Its id, as other commands show it.")]


@command(program, "why", "prescient why Momentum 605700")
def why(session: Session, portfolio: Portfolio, market: Market) -> None:
    """Say why a portfolio traded a market, or did not."""
    answer = session.api.explanation(session.portfolio_id(portfolio), market)
    session.show(answer, views.explanation)


@command(program, "exposure", "prescient exposure 605700")
def exposure(session: Session, market: Market, page: Page) -> None:
    """Show which portfolios hold a market, and how much of it."""
    answer = session.api.exposure(market, page.query())
    session.show(answer, views.exposure)
    page.tell_of_more(answer.content.next)
