"""The program: its commands in the order of `prescient --help`, and its end."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path

from .commands import (
    access,
    cycles,
    judging,
    markets,
    operating,
    portfolios,
    prices,
    record,
    statuses,
)
from .errors import INTERRUPTED
from .options import program

__all__ = ["entry", "program"]

# Modules whose commands stand at the top register them when they are imported.
COMMANDS = (portfolios, statuses, cycles, record, markets, judging, operating, access)

program.add_typer(portfolios.app)
program.add_typer(cycles.app)
program.add_typer(prices.app)


def entry() -> None:
    """Run the command of `sys.argv` and end the program; a Ctrl-C ends it in good order."""
    _prepare_output()
    try:
        program(prog_name="prescient")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _prepare_output() -> None:
    """Write what an encoding lacks as a question mark, and nowhere where the output is closed."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
