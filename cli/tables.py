"""Tables and facts as data: what a view says, before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Style = Literal["", "good", "bad", "faint"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table, and how it is meant."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of texts, which are cut where the terminal is too narrow for them.

    Numbers, which are set to the right, and words of a list (`is_word`) are never cut, and prose
    goes on in the next line. Of the optional columns, the last are left out first.
    """

    head: str
    is_number: bool = False
    is_word: bool = False
    is_prose: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `empty` is said where there is no row."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    empty: str = "Nothing."


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with a value each, one below the other."""

    rows: Sequence[tuple[str, Cell]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text."""

    text: str
    style: Style = ""


Part = Table | Facts | Text
View = Iterable[Part]


def number(head: str, *, is_optional: bool = False) -> Column:
    return Column(head, is_number=True, is_optional=is_optional)


def word(head: str, *, is_optional: bool = False) -> Column:
    return Column(head, is_word=True, is_optional=is_optional)


def prose(head: str, *, is_optional: bool = False) -> Column:
    return Column(head, is_prose=True, is_optional=is_optional)


def text(head: str, *, is_optional: bool = False) -> Column:
    return Column(head, is_optional=is_optional)
