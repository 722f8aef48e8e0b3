"""`prescient portfolio`: make, change, compare and end portfolios."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .. import settings
from ..errors import Misused
from ..options import Portfolio, Reason, Yes, command, group, named
from ..paging import Page
from ..session import Session
from ..views import portfolios as views

app = group("portfolio", "Make, change, compare and end portfolios.")

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A key of the strategy; may be repeated."),
]
Unset = Annotated[
    list[str] | None,
    typer.Option("--unset", metavar="KEY", help="A key that follows its default again."),
]
File = Annotated[
    str | None,
    typer.Option(
        "--file", metavar="FILE", help="JSON with the fields of the API; - is standard input."
    ),
]
Description = Annotated[
    str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="What groups portfolios; may be repeated."),
]
PositionSize = Annotated[
    str | None,
    typer.Option("--max-position-size", metavar="DOLLARS", help="Dollars a position, or none."),
]
Exposure = Annotated[
    str | None,
    typer.Option(
        "--max-total-exposure", metavar="DOLLARS", help="Dollars in all positions, or none."
    ),
]
Positions = Annotated[
    int | None,
    typer.Option(
        "--max-positions", metavar="N", help="How many are open at once; 20 unless given."
    ),
]
DrawdownLimit = Annotated[
    str | None,
    typer.Option(
        "--drawdown-limit", metavar="DOLLARS", help="Dollars below its peak that pause it, or none."
    ),
]
DrawdownPercent = Annotated[
    str | None,
    typer.Option(
        "--drawdown-limit-percent",
        metavar="PERCENT",
        help="Percent below its peak that pause it, or none.",
    ),
]


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
    set_: Set = None,
    file: File = None,
    description: Description = None,
    tag: Tags = None,
    max_position_size: PositionSize = None,
    max_total_exposure: Exposure = None,
    max_positions: Positions = None,
    drawdown_limit: DrawdownLimit = None,
    drawdown_limit_percent: DrawdownPercent = None,
) -> None:
    """Create a portfolio, active from the next cycle on."""
    fields = settings.from_file(file) if file else {}
    fields |= _named(
        name=name,
        strategy_type=strategy,
        initial_balance=None if balance is None else settings.amount(balance, "--balance"),
        description=description,
        tags=tag,
    )
    fields |= _limits(
        max_position_size, max_total_exposure, drawdown_limit, drawdown_limit_percent, max_positions
    )
    for field, said in _NEEDED.items():
        if field not in fields:
            raise Misused(f"{said} is missing: see prescient portfolio create --help")
    if set_:
        fields["strategy_config"] = settings.combined(
            fields.get("strategy_config", {}), settings.pairs(set_)
        )
    session.show(session.api.create(fields), views.created)


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
    set_: Set = None,
    unset: Unset = None,
    file: File = None,
    description: Description = None,
    tag: Tags = None,
    max_position_size: PositionSize = None,
    max_total_exposure: Exposure = None,
    max_positions: Positions = None,
    drawdown_limit: DrawdownLimit = None,
    drawdown_limit_percent: DrawdownPercent = None,
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
    fields = settings.from_file(file) if file else {}
    fields |= _named(name=name, description=description, tags=tag, reason=reason)
    fields |= _limits(
        max_position_size, max_total_exposure, drawdown_limit, drawdown_limit_percent, max_positions
    )
    changes = settings.pairs(set_ or ())
    for key in unset or ():
        settings.put(changes, key, None)
    if changes:
        fields["strategy_config"] = settings.combined(fields.get("strategy_config", {}), changes)
    if not fields:
        raise Misused("Nothing is to be changed: see prescient portfolio edit --help")
    portfolio_id = session.portfolio_id(portfolio)
    session.show(session.api.edit(portfolio_id, fields, version), views.changed)


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
    fields = _named(reason=reason, resets=resets)
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
    "clone",
    "prescient portfolio clone Bold Bolder --set min_confidence=0.55",
)
def clone(
    session: Session,
    portfolio: Portfolio,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The twin's name.")],
    set_: Set = None,
    description: Description = None,
) -> None:
    """Create a twin: the same cash and configuration from today on, one key changed."""
    changes = settings.pairs(set_ or ())
    if len(changes) > 1:
        raise Misused("--set: a twin differs in one key, or in none")
    changed = [
        {"key": key if key in _OF_THE_PORTFOLIO else f"strategy_config.{key}", "value": value}
        for key, value in changes.items()
    ]
    fields = _named(name=name, description=description, changed=changed[0] if changed else None)
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
    if versions is not None or session.as_json:
        raise Misused("OTHER: --versions and --json are for versions of one portfolio")
    second = session.portfolio_id(other)
    both = [session.api.portfolio(each).content.portfolio for each in (first, second)]
    session.draw(views.differences(*both))


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


_OF_THE_PORTFOLIO = {
    "strategy_type",
    "max_position_size",
    "max_total_exposure",
    "max_positions",
    "drawdown_limit",
    "drawdown_limit_percent",
}


def _newest_versions(session: Session, portfolio_id: int) -> tuple[int, int]:
    newest, *older = session.api.configurations(portfolio_id).content.configurations
    if not older:
        raise Misused(f"Portfolio {portfolio_id} has one version of its configuration only")
    return older[0].version, newest.version


def _named(**fields: Any) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def _limits(
    position_size: str | None,
    total_exposure: str | None,
    drawdown: str | None,
    drawdown_percent: str | None,
    positions: int | None,
) -> dict[str, Any]:
    """The limits that were given; `none` is null, which is no limit."""
    dollars = {
        "max_position_size": position_size,
        "max_total_exposure": total_exposure,
        "drawdown_limit": drawdown,
        "drawdown_limit_percent": drawdown_percent,
    }
    read = {
        name: settings.limit(given, f"--{name.replace('_', '-')}")
        for name, given in dollars.items()
        if given is not None
    }
    return {**read, **({} if positions is None else {"max_positions": positions})}
