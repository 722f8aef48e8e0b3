"""The program: its commands in the order of `prescient --help`, and its end."""

from __future__ import annotations

import sys

from .commands import cycles, judging, operating, portfolios
from .errors import INTERRUPTED
from .options import program

# Modules whose commands stand at the top register them when they are imported.
COMMANDS = (portfolios, cycles, judging, operating)

program.add_typer(portfolios.app)
program.add_typer(cycles.app)


def entry() -> None:
    """Run the command of `sys.argv` and end the program; a Ctrl-C ends it in good order."""
    try:
        program(prog_name="prescient")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
