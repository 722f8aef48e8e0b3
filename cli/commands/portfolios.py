"""`prescient portfolio`: make, show, change and compare portfolios."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import settings
from ..errors import Misused
from ..options import Portfolio, Reason, command, group, named
from ..paging import Page
from ..portfolio_fields import PortfolioFields
from ..session import Session
from ..views import portfolios as views

app = group("portfolio", "Make, change, compare and end portfolios.")


@command(
    app,
    "list",
    "prescient portfolio list",
    "prescient portfolio list --status all --sort=-total_value",
    "prescient portfolio list --tag lab --json",
)
def list_portfolios(
    session: Session,
    page: Page,
    *,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="STATUS",
            help="active, paused, archived or all; those not archived unless given.",
        ),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option("--strategy", metavar="TYPE", help="Only those of a strategy.")
    ] = None,
    tag: Annotated[
        str | None, typer.Option("--tag", metavar="TAG", help="Only those with a tag.")
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", metavar="FIELD", help="name, total_value, …; with - before it downwards."
        ),
    ] = None,
) -> None:
    """List portfolios."""
    query = {"status": status, "strategy_type": strategy, "tag": tag, "sort": sort}
    answer = session.api.portfolios({**query, **page.query()})
    session.show(answer, views.listed)
    page.tell_of_more(answer.content.next)


@command(app, "show", "prescient portfolio show Momentum", "prescient portfolio show 3 --json")
def show(session: Session, portfolio: Portfolio) -> None:
    """Show a portfolio: its money, limits, configuration and open positions."""
    session.show(session.api.portfolio(session.portfolio_id(portfolio)), views.shown)


@command(
    app,
    "create",
    "prescient portfolio create Careful --strategy momentum --balance 10000",
    "prescient portfolio create Bold --strategy momentum --balance 50000 "
    "--set min_confidence=0.6 --max-position-size 1000",
    "prescient portfolio create --file portfolio.json",
)
def create(
    session: Session,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Unless the file has it.")
    ] = None,
    *,
    strategy: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            metavar="TYPE",
            help="momentum, mean_reversion, arbitrage, hybrid, random, …",
        ),
    ] = None,
    balance: Annotated[
        str | None,
        typer.Option("--balance", metavar="DOLLARS", help="Dollars that it begins with."),
    ] = None,
    fields: PortfolioFields,
) -> None:
    """Create a portfolio, active from the next cycle on."""
    dollars = None if balance is None else settings.amount(balance, "--balance")
    new = fields.read(name=name, strategy_type=strategy, initial_balance=dollars)
    for field, said in _NEEDED.items():
        if field not in new:
            raise Misused(f"{said} is missing: see prescient portfolio create --help")
    session.show(session.api.create(new), views.created)


_NEEDED = {"name": "NAME", "strategy_type": "--strategy", "initial_balance": "--balance"}


@command(
    app,
    "edit",
    "prescient portfolio edit Bold --set min_confidence=0.7 --unset cooldown_hours",
    "prescient portfolio edit Bold --max-position-size 500 --drawdown-limit none",
)
def edit(
    session: Session,
    portfolio: Portfolio,
    *,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="A new name.")] = None,
    fields: PortfolioFields,
    unset: Annotated[
        list[str] | None,
        typer.Option("--unset", metavar="KEY", help="A key that follows its default again."),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(
            "--if-version", metavar="N", help="Only if this is its configuration's version."
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")
    ] = None,
) -> None:
    """Change what is named and leave the rest: keys of the strategy, limits, name, tags."""
    changes = fields.read(name=name, reason=reason)
    for key in unset or ():
        settings.put(changes, f"strategy_config.{key}", None)
    if not changes:
        raise Misused("Nothing is to be changed: see prescient portfolio edit --help")
    portfolio_id = session.portfolio_id(portfolio)
    session.show(session.api.edit(portfolio_id, changes, version), views.changed)


@command(
    app,
    "clone",
    'prescient portfolio clone Bold Bolder --set min_confidence=0.55 --reason "does it pay?"',
)
def clone(
    session: Session,
    portfolio: Portfolio,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The twin's name.")],
    *,
    set_: Annotated[
        str | None,
        typer.Option("--set", metavar="KEY=VALUE", help="The key in which it differs."),
    ] = None,
    description: Annotated[
        str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")
    ] = None,
    reason: Reason,
) -> None:
    """Create a twin: the same cash and configuration from today on, one key changed."""
    changes = settings.pairs([set_] if set_ else ())
    changed = [
        {"key": key if key in views.OF_THE_PORTFOLIO else f"strategy_config.{key}", "value": value}
        for key, value in changes.items()
    ]
    given = {
        "description": description,
        "changed": next(iter(changed), None),
        "reason": reason,
    }
    fields = {"name": name, **{key: value for key, value in given.items() if value is not None}}
    session.show(session.api.clone(session.portfolio_id(portfolio), fields), views.twin)


@command(
    app,
    "diff",
    "prescient portfolio diff Bold Bolder",
    "prescient portfolio diff Bold --versions 1 3",
    "prescient portfolio diff Bold",
)
def diff(
    session: Session,
    portfolio: Portfolio,
    other: Annotated[
        str | None,
        named("OTHER"),
    ] = None,
    versions: Annotated[
        tuple[int, int] | None,
        typer.Option(
            "--versions",
            metavar="N N",
            help="Two versions of its configuration; else the newest two.",
        ),
    ] = None,
) -> None:
    """Tell in what two portfolios differ, or two versions of one."""
    first = session.portfolio_id(portfolio)
    if other is None:
        before, after = versions or _newest_versions(session, first)
        session.show(session.api.compare_configurations(first, before, after), views.versions)
        return
    if versions is not None:
        raise Misused("OTHER: --versions is for versions of one portfolio")
    second = session.portfolio_id(other)
    both = [session.api.portfolio(number).content.portfolio for number in (first, second)]
    if session.as_json:
        session.print_json({"differences": views.between(*both)})
    else:
        session.draw(views.differences(*both))


def _newest_versions(session: Session, portfolio_id: int) -> tuple[int, int]:
    newest, *older = session.api.configurations(portfolio_id).content.configurations
    if not older:
        raise Misused(f"Portfolio {portfolio_id} has one version of its configuration only")
    return older[0].version, newest.version
