"""Draw what a view says: for a terminal in its width and colours, for a file or a pipe plainly."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import IO

import rich.box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text as Drawn

from .tables import Cell, Facts, Part, Table, Text, View

_STYLES = {"": "", "good": "green", "bad": "red", "faint": "dim"}
_LEAST_TEXT = 24
"""Characters below which a text is cut only once every optional column is left out."""
_GAP = 2
_WIDEST = 4_000
# What would move the cursor, change colours or hide what follows, and a line break in a cell.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def draw(view: View, stream: IO[str] | None = None) -> None:
    """Draw all parts of a view on standard output, or on the stream."""
    console = console_on(stream or sys.stdout)
    for place, part in enumerate(view):
        if place:
            console.print()
        _draw_part(part, console)


def console_on(stream: IO[str]) -> Console:
    """Return what draws on the stream; where it is no terminal, no line is cut."""
    width = None
    if not stream.isatty() and "COLUMNS" not in os.environ:
        width = _WIDEST
    return Console(file=stream, width=width, highlight=False, emoji=False, markup=False)


def _draw_part(part: Part, console: Console) -> None:
    match part:
        case Text():
            console.print(_drawn(Cell(part.text, part.style)), soft_wrap=True)
        case Facts():
            _draw_facts(part, console)
        case Table():
            _draw_table(part, console)


def _draw_facts(facts: Facts, console: Console) -> None:
    if facts.title:
        console.print(Drawn(_printable(facts.title), style="bold"))
    grid = Grid.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in facts.rows:
        grid.add_row(name, _drawn(value))
    console.print(grid)


def _draw_table(table: Table, console: Console) -> None:
    if table.title:
        console.print(Drawn(_printable(table.title), style="bold"))
    if not table.rows:
        console.print(Drawn(table.empty, style="dim"))
        return
    widths = _widths(table, console.width)
    grid = Grid(box=rich.box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for place, width in widths.items():
        column = table.columns[place]
        grid.add_column(
            Drawn(column.head),
            justify="right" if column.is_number else "left",
            width=width,
            no_wrap=not column.is_prose,
            overflow="fold" if column.is_prose else "ellipsis",
        )
    for row in table.rows:
        grid.add_row(*(_drawn(row[place]) for place in widths))
    console.print(grid)
    if left_out := len(table.columns) - len(widths):
        told = (
            f"{left_out} of {len(table.columns)} columns do not fit in {console.width} characters"
        )
        print(told, file=sys.stderr)


def _widths(table: Table, available: int) -> dict[int, int]:
    """The width of each column that fits, by its place; only texts are cut."""
    whole = {place: _whole(table, place) for place in range(len(table.columns))}
    optional = [place for place, column in enumerate(table.columns) if column.is_optional]
    while optional and _sum(table, whole, _LEAST_TEXT) > available:
        del whole[optional.pop()]
    cap = max(whole.values(), default=1)
    while _sum(table, whole, cap) > available and cap > 1:
        cap -= 1
    return {place: _capped(table, place, width, cap) for place, width in whole.items()}


def _sum(table: Table, whole: Mapping[int, int], cap: int) -> int:
    widths = [_capped(table, place, width, cap) for place, width in whole.items()]
    return sum(widths) + _GAP * (len(widths) - 1)


def _capped(table: Table, place: int, width: int, cap: int) -> int:
    column = table.columns[place]
    return width if column.is_number or column.is_word else min(width, cap)


def _whole(table: Table, place: int) -> int:
    texts = [table.columns[place].head, *(_printable(row[place].text) for row in table.rows)]
    return max(map(cell_len, texts))


def _drawn(cell: Cell) -> Drawn:
    return Drawn(_printable(cell.text), style=_STYLES[cell.style])


def _printable(text: str) -> str:
    """Replace control characters, so that text from the API cannot command the terminal."""
    return _UNPRINTABLE.sub("�", text)
