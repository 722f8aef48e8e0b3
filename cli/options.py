"""How a command is registered: the options that all have, its examples, and how it ends."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperGroup

from .errors import INTERRUPTED, REFUSED, CommandError, Refused
from .session import Session


def names(incomplete: str) -> list[str]:
    """Complete a portfolio's name; where the API does not answer at once, nothing."""
    try:
        listed = Session(timeout=_COMPLETION_SECONDS).api.portfolios({"limit": 1000}).content
    except CommandError:
        return []
    found = (portfolio.name for portfolio in listed.portfolios)
    return [name for name in found if name.startswith(incomplete) and " " not in name]


_COMPLETION_SECONDS = 1


def named(metavar: str, about: str = "Its id or its name.") -> Any:
    """Return an argument that is a portfolio."""
    return typer.Argument(metavar=metavar, help=about, autocompletion=names)


Portfolio = Annotated[str, named("PORTFOLIO")]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why: it stays in the record.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether you are sure.")]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="How many rows at most.")
]
Command = Callable[..., None]
OWN_FAILURE = "a mistake of its own, which its makers want to hear of"
SHARED = tuple(field.name for field in fields(Session))
"""The names of the options that every command has."""


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
    """Register a function as a command; the fields of a parameter's dataclass become options."""

    def register(function: Command) -> Command:
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())

        def run(**given: Any) -> None:
            arguments = {wanted.name: _argument(wanted, given) for wanted in parameters}
            _ended(lambda: function(**arguments))

        options = [option for wanted in parameters for option in _options(wanted)]
        options.sort(key=lambda option: option.name in SHARED)
        run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in options}
        app.command(name, help=_help(function, examples))(run)
        return function

    return register


def _options(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    kind: Any = parameter.annotation
    if not is_dataclass(kind):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    yield from _fields(parameter.annotation)


@cache
def _fields(kind: type[Any]) -> tuple[inspect.Parameter, ...]:
    """The fields of a dataclass as options; most are those of every command, read once."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    )


def _argument(parameter: inspect.Parameter, given: Mapping[str, Any]) -> Any:
    kind: Any = parameter.annotation
    if not is_dataclass(kind):
        return given[parameter.name]
    build: Callable[..., Any] = parameter.annotation
    return build(**{field.name: given[field.name] for field in fields(kind)})


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
        _discard_output()  # who reads has enough
    except OSError as error:
        _discard_output()
        print(f"prescient: {error}", file=sys.stderr)
        raise typer.Exit(REFUSED) from None
    except Exception as error:
        if os.environ.get("PRESCIENT_TRACEBACK"):
            raise
        told = f"prescient: {OWN_FAILURE}: {error!r} (PRESCIENT_TRACEBACK=1 shows where)"
        print(told, file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def _discard_output() -> None:
    """Let the end of the program flush what is left where it does no harm."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(error: CommandError) -> None:
    print(f"prescient: {error}", file=sys.stderr)
    if isinstance(error, Refused) and len(error.details) > 1:
        for detail in error.details:
            print(f"  {detail}", file=sys.stderr)
