"""`prescient portfolio`: pause, reactivate, archive and delete portfolios."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Portfolio, Reason, Yes, command
from ..session import Session
from ..views import portfolios as views
from .portfolios import app


@command(app, "pause", 'prescient portfolio pause Bold --reason "over the holidays"')
def pause(session: Session, portfolio: Portfolio, reason: Reason) -> None:
    """Stop a portfolio from opening positions; those that it holds are still marked and settled."""
    session.show(session.api.pause(session.portfolio_id(portfolio), reason), views.changed)


@command(app, "reactivate", 'prescient portfolio reactivate Bold --reason "back from holidays"')
def reactivate(
    session: Session,
    portfolio: Portfolio,
    reason: Reason,
    resets: Annotated[
        str | None,
        typer.Option(
            "--resets",
            metavar="WHAT",
            help="peak lets the drawdown begin anew; nothing unless given.",
        ),
    ] = None,
) -> None:
    """Let a paused portfolio trade again."""
    fields = {"reason": reason, **({} if resets is None else {"resets": resets})}
    session.show(session.api.reactivate(session.portfolio_id(portfolio), fields), views.changed)


@command(
    app,
    "archive",
    'prescient portfolio archive Bold --reason "the experiment is over"',
    'prescient portfolio archive Bold --reason "over" --liquidate --yes',
)
def archive(
    session: Session,
    portfolio: Portfolio,
    *,
    reason: Reason,
    liquidate: Annotated[
        bool, typer.Option("--liquidate", help="Sell all open positions at their bids, or none.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="With --liquidate: sell what is bid for.")
    ] = False,
    yes: Yes = False,
) -> None:
    """End a portfolio for good: it is history then."""
    portfolio_id = session.portfolio_id(portfolio)
    sold = " and sell what it holds" if liquidate else ""
    session.confirm(f"Archive portfolio {portfolio_id} for good{sold}?", yes=yes)
    fields = {"reason": reason, "liquidate": liquidate, "partial": partial}
    session.show(session.api.archive(portfolio_id, fields), views.changed)


@command(
    app,
    "delete",
    "prescient portfolio delete 'A mistake'",
    "prescient portfolio delete 12 --purge --yes",
)
def delete(
    session: Session,
    portfolio: Portfolio,
    purge: Annotated[
        bool, typer.Option("--purge", help="With its trades and all that it did; needs admin.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Delete a portfolio that never traded; with --purge any, and its history."""
    portfolio_id = session.portfolio_id(portfolio)
    name = session.api.portfolio(portfolio_id).content.portfolio.name
    history = " with all that it did" if purge else ""
    session.confirm(f"Delete portfolio {portfolio_id}, {name}{history}?", yes=yes)
    session.show(session.api.delete(portfolio_id, name, purge=purge), views.deleted)
