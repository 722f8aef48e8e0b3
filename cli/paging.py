"""The options of lists: which rows, how many of them, and where the page before ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from .session import note


@dataclass(frozen=True)
class Page:
    """How many rows of a list, and after which."""

    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="How many at most; 100 unless given."),
    ] = None
    cursor: Annotated[
        str | None,
        typer.Option("--cursor", metavar="CURSOR", help="Where the page before ended, as it said."),
    ] = None

    def query(self) -> dict[str, object]:
        return {"limit": self.limit, "cursor": self.cursor}

    @staticmethod
    def tell_of_more(following: str | None) -> None:
        """Say on standard error how the next page is had, where there is one."""
        if following is not None:
            [cursor] = parse_qs(urlsplit(following).query).get("cursor", [""])
            note(f"There are more: --cursor {cursor}")


@dataclass(frozen=True)
class Period:
    """The rows of a time."""

    since: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="From this on: 2026-03-01, 2026-03-01T12:00Z."),
    ] = None
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Before this moment.")
    ] = None

    def query(self) -> dict[str, object]:
        """The bounds as the API reads them; a day begins at midnight, UTC."""
        return {"from": _moment(self.since), "to": _moment(self.until)}


def _moment(given: str | None) -> str | None:
    return f"{given}T00:00:00Z" if given and len(given) == _DAY else given


_DAY = len("2026-03-01")
