"""The options of a portfolio's fields, which `portfolio create` and `portfolio edit` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from . import settings


@dataclass(frozen=True)
class PortfolioFields:
    """The fields of a portfolio that were given as options."""

    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of the strategy; may be repeated."),
    ] = None
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help="JSON with the API's fields; - is stdin."),
    ] = None
    description: Annotated[
        str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")
    ] = None
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="What groups portfolios; may be repeated."),
    ] = None
    max_position_size: Annotated[
        str | None,
        typer.Option("--max-position-size", metavar="DOLLARS", help="A position, or none."),
    ] = None
    max_total_exposure: Annotated[
        str | None,
        typer.Option("--max-total-exposure", metavar="DOLLARS", help="All positions, or none."),
    ] = None
    max_positions: Annotated[
        int | None,
        typer.Option("--max-positions", metavar="N", help="Open at once; 20 unless given."),
    ] = None
    drawdown_limit: Annotated[
        str | None,
        typer.Option("--drawdown-limit", metavar="DOLLARS", help="Below its peak it pauses."),
    ] = None
    drawdown_limit_percent: Annotated[
        str | None,
        typer.Option(
            "--drawdown-limit-percent", metavar="PERCENT", help="Below its peak it pauses."
        ),
    ] = None

    def read(self, **more: Any) -> dict[str, Any]:
        """Return the API's fields: those of the file, and over them what was typed.

        `more` are other fields, None where they were not typed; a limit of `none` is null. Raises
        Misused.
        """
        fields = settings.from_file(self.file) if self.file else {}
        typed = {
            "description": self.description,
            "tags": self.tag,
            "max_positions": self.max_positions,
            **more,
        }
        fields |= {name: value for name, value in typed.items() if value is not None}
        for name in _LIMITS:
            if (given := getattr(self, name)) is not None:
                fields[name] = settings.limit(given, f"--{name.replace('_', '-')}")
        if self.set_:
            present = fields.get("strategy_config", {})
            fields["strategy_config"] = settings.combined(present, settings.pairs(self.set_))
        return fields


_LIMITS = ("max_position_size", "max_total_exposure", "drawdown_limit", "drawdown_limit_percent")
