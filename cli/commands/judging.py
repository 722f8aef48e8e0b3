"""How portfolios did: performance, comparison, scorecard."""

from __future__ import annotations

from typing import Annotated

from ..options import Portfolio, command, named, program
from ..session import Session
from ..views import judging as views


@command(program, "performance", "prescient performance Momentum")
def performance(session: Session, portfolio: Portfolio) -> None:
    """Show returns, risk, and where the money came from."""
    answer = session.api.performance(session.portfolio_id(portfolio))
    session.show(answer, views.performance)


@command(program, "compare", "prescient compare Momentum Random", "prescient compare 1 2 3 4")
def compare(
    session: Session,
    portfolios: Annotated[
        list[str],
        named("PORTFOLIO", "Two or more, by id or name."),
    ],
) -> None:
    """Compare portfolios, two of them also in a sentence."""
    ids = [session.portfolio_id(named) for named in portfolios]
    session.show(session.api.compare(ids), views.comparison)


@command(program, "scorecard", "prescient scorecard Momentum")
def scorecard(session: Session, portfolio: Portfolio) -> None:
    """Say whether a portfolio is worth real money."""
    session.show(session.api.scorecard(session.portfolio_id(portfolio)), views.scorecard)
