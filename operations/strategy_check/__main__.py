"""`make check-strategy FILE=…`: a verdict on a strategy, before it trades."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table
from rich.text import Text

from local.demo.console import terminal
from local.settings import read
from operations.strategy_check.checks import Verdict, verdicts
from prescient.core.errors import InvalidRequest


def main() -> int:
    """Check FILE; return 0 where it may trade, 1 where it may not, 2 without a file."""
    console = terminal()
    try:
        given = read("check-strategy", ("FILE",)).get("FILE", "")
    except InvalidRequest as error:
        console.print(str(error), style="red", markup=False)
        return 2
    path = Path(given).absolute()
    if not path.is_file():
        console.print(f"FILE: must be a strategy's module, and {given!r} is none", style="red")
        return 2
    found = [*verdicts(path)]
    console.print(_table(given, found))
    if all(verdict.holds for verdict in found):
        console.print(f"{path.stem} may trade. To see it:")
        console.print(f"  make run STRATEGIES_PATH={Path(given).parent}", soft_wrap=True)
        return 0
    console.print(f"{path.stem} should not trade yet.", style="red")
    return 1


def _table(file: str, found: list[Verdict]) -> Table:
    table = Table(title=Text(file), title_justify="left", box=None, show_header=False)
    for verdict in found:
        mark = Text("ok", "green") if verdict.holds else Text("FAILS", "red")
        table.add_row(mark, verdict.check, Text(verdict.words))
    return table


if __name__ == "__main__":
    sys.exit(main())
