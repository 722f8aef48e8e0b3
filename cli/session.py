"""A command's session: the API, how answers are shown, and the user's confirmation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from .errors import Failed, Misused, Refused
from .tables import View

if TYPE_CHECKING:
    from .access import Access
    from .caller import Answer
    from .client import Client

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """The options that every command has, and what follows from them."""

    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="The API's address. Else PRESCIENT_URL, …"),
    ] = None
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            help="A bearer token, which every list of processes shows. Better PRESCIENT_TOKEN, …",
        ),
    ] = None
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="A profile. Else PRESCIENT_PROFILE, …"),
    ] = None
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="KEY", help="Of a change: sent again with its key, it is done once."
        ),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", min=0.1, max=3600, help="How long a request may take."
        ),
    ] = 60.0
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's own answer.")] = False
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell each request on standard error.")
    ] = False

    @cached_property
    def access(self) -> Access:
        from .access import resolve

        return resolve(
            url=self.url,
            token=self.token,
            profile=self.profile,
            environment=os.environ,
            folder=Path.cwd(),
        )

    @cached_property
    def api(self) -> Client:
        """The API; its modules are imported here, since a `--help` has no need of them."""
        from .client import Client
        from .tokens import Bearer
        from .transport import Transport

        transport = Transport(self.access.address, seconds=self.timeout, verbose=self.verbose)
        return Client(self.access.address, transport, Bearer(self.access), self.key)

    def show(self, answer: Answer[T], view: Callable[[T], View]) -> None:
        """Answer on standard output: the API's own body with `--json`, else what the view says."""
        if self.as_json:
            print_body(answer.body)
        else:
            self.draw(view(answer.content))

    def print_json(self, content: object) -> None:
        """Write what several answers come to on standard output, for programs."""
        import msgspec

        print_body(msgspec.json.encode(content))

    def draw(self, view: View) -> None:
        """Draw a view on standard output."""
        from .drawing import draw

        draw(view)

    def portfolio_id(self, named: str) -> int:
        """Return the id of a portfolio that is named by its id or its name."""
        if named.isascii() and named.isdecimal():
            return int(named)
        found = self.api.portfolio_named(named)
        if found is None:
            message = f"no portfolio is named {named!r}: prescient portfolio list --status all"
            raise Refused("portfolio_not_found", message)
        return found.portfolio_id

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something is destroyed. Raises Failed where the answer is no."""
        if yes:
            return
        if not is_asked():
            raise Misused(f"{question} Say so with --yes: there is no terminal to ask on.")
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Failed("Nothing was changed.")

    @contextmanager
    def waiting(self, told: str) -> Iterator[Callable[[str], None]]:
        """Show on standard error that work goes on, where that is a terminal."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from .drawing import console_on

        with console_on(sys.stderr).status(told) as status:
            yield status.update


def is_asked() -> bool:
    """Whether a person can answer."""
    return sys.stdin.isatty()


def print_body(body: bytes) -> None:
    """Write what the API answered, byte for byte, and end the line."""
    sys.stdout.flush()
    sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")


def note(text: str) -> None:
    """Tell something beside the answer, on standard error."""
    print(text, file=sys.stderr)
