"""Tables in a terminal's width: columns go, digits do not; nothing speaks to the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len

from cli.drawing import draw
from cli.tables import Cell, Facts, Table, Text, number, text

COLUMNS = (
    number("id"),
    text("market"),
    number("P&L"),
    number("stop", is_optional=True),
    text("market id", is_optional=True),
)
LONG = "Will the committee decide before the end of the third quarter of the year?"
ROWS = [
    [Cell("103"), Cell(LONG), Cell("-1,234,567.89", "bad"), Cell("0.5292"), Cell("0xabc")],
    [
        Cell("7"),
        Cell("選挙は行われますか"),
        Cell("+1.00", "good"),
        Cell("–", "faint"),
        Cell("605700"),
    ],
]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def _drawn(stream: io.StringIO, *rows: list[Cell]) -> str:
    draw([Table(COLUMNS, rows or ROWS)], stream)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_digit_is_lost(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    drawn = re.sub(r"\x1b\[[0-9;]*m", "", _drawn(Terminal()))
    assert max(map(cell_len, drawn.splitlines())) <= width
    assert "-1,234,567.89" in drawn
    assert ("0.5292" in drawn) == (width >= 60)
    assert ("do not fit" in capsys.readouterr().err) == (width < 80)


def test_a_pipe_gets_every_column_whole_and_no_colour() -> None:
    drawn = _drawn(io.StringIO())
    assert LONG in drawn
    assert "605700" in drawn
    assert "\x1b" not in drawn


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert "\x1b[31m-1,234,567.89" in _drawn(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in _drawn(Terminal())


def test_what_others_wrote_does_not_speak_to_the_terminal() -> None:
    hostile = "\x1b]0;title\x07 [red]markup[/red] :smile: \u202etxt.exe\nsecond line"
    drawn = _drawn(io.StringIO(), [Cell(hostile), *ROWS[0][1:]])
    assert "[red]markup[/red] :smile: �txt.exe�second line" in drawn
    assert not {"\x1b", "\x07", "\u202e"} & set(drawn)


def test_an_empty_table_says_so_and_parts_stand_apart() -> None:
    stream = io.StringIO()
    draw([Facts([("equity", Cell("1.00"))], title="1  Careful"), Table(COLUMNS, [], empty="None."),
          Text("said")], stream)  # fmt: skip
    assert stream.getvalue().split("\n") == [
        "1  Careful", "equity  1.00", "", "None.", "", "said", "",
    ]  # fmt: skip
