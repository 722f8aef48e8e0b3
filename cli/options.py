"""How a command is registered: the options that all have, its examples, and how it ends."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .errors import INTERRUPTED, REFUSED, CommandError, Refused
from .session import Session

Portfolio = Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Its id or its name.")]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why: it stays in the record.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether you are sure.")]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="How many rows at most.")
]
Command = Callable[..., None]


class GroupsFirst(TyperGroup):
    """Lists the groups before the single commands."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # noqa: ARG002
        return sorted(
            self.commands, key=lambda name: not isinstance(self.commands[name], TyperGroup)
        )


program = typer.Typer(
    name="prescient",
    cls=GroupsFirst,
    help="Paper trading for prediction markets: portfolios, their cycles, and what became of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def group(name: str, about: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(
        name=name, help=about, no_args_is_help=True, rich_markup_mode=None, add_completion=False
    )


def command(app: typer.Typer, name: str, *examples: str) -> Callable[[Command], Command]:
    """Register a function that takes the session first; its own options follow."""

    def register(function: Command) -> Command:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

        def run(**given: Any) -> None:
            common = {field.name: given.pop(field.name) for field in fields(Session)}
            _ended(lambda: function(Session(**common), **given))

        parameters = [*own, *COMMON]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command(name, help=_help(function, examples))(run)
        return function

    return register


def _help(function: Command, examples: tuple[str, ...]) -> str:
    shown = "\n".join(f"  {example}" for example in examples)
    return f"{inspect.getdoc(function)}\n\nExamples:\n\n\b\n{shown}"


def _ended(run: Callable[[], None]) -> None:
    """Run a command, and end the program as its error says."""
    try:
        run()
        sys.stdout.flush()
    except CommandError as error:
        _tell(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # Who reads has enough; nothing may be flushed into the pipe at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"prescient: {error}", file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def _tell(error: CommandError) -> None:
    print(f"prescient: {error}", file=sys.stderr)
    if isinstance(error, Refused) and len(error.details) > 1:
        for detail in error.details:
            print(f"  {detail}", file=sys.stderr)


def _option(name: str, default: object, kind: Any, option: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


COMMON = (
    _option(
        "url",
        None,
        str | None,
        typer.Option(
            "--url", metavar="URL", help="The API's address. Else PRESCIENT_URL, or the profile's."
        ),
    ),
    _option(
        "token",
        None,
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            help="A bearer token, which other users see in the list of processes. "
            "Better: PRESCIENT_TOKEN, or the profile's.",
        ),
    ),
    _option(
        "profile",
        None,
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="A name from the profile file. Else PRESCIENT_PROFILE.",
        ),
    ),
    _option(
        "timeout",
        60.0,
        float,
        typer.Option(
            "--timeout",
            metavar="SECONDS",
            min=0.1,
            max=3600,
            help="Seconds that a request may take.",
        ),
    ),
    _option("as_json", False, bool, typer.Option("--json", help="Print the API's own answer.")),
    _option(
        "verbose",
        False,
        bool,
        typer.Option("--verbose", "-v", help="Tell each request on standard error."),
    ),
)
