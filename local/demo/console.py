"""The console that commands print on, and the style of their tables."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_WIDTH = 110


def terminal() -> Console:
    """Return a console, 110 columns wide where neither a terminal nor COLUMNS gives a width.

    Characters that the terminal's encoding lacks are shown as `?`.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    is_given = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Console(highlight=False, width=None if is_given else _WIDTH)


def plain_table(title: str) -> Table:
    """Return an empty table in the style of all reports."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
