"""What a reader finds on the page: its values, each with the text that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, NamedTuple


class Value(NamedTuple):
    """A value of the page: what it says it is, where that stands, and what a reader sees."""

    raw: Any
    path: str
    pointer: str
    text: str


@dataclass
class Page(HTMLParser):
    """The elements of a page; `bare` are the texts of cells outside of values."""

    html: str
    values: list[Value] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    _open: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(named.items())
        if tag == "data":
            path, _, pointer = named["data-at"].partition("#")
            self.values.append(Value(json.loads(named["value"]), path, pointer, ""))
        if tag not in {"meta", "br", "rect", "path", "circle"}:
            self._open.append((tag, named))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if tags and tags[-1] == "data":
            self.values[-1] = self.values[-1]._replace(text=self.values[-1].text + data)
        elif "td" in tags and data.strip() and tags[-1] != "sup":
            self.bare.append(data.strip())


def steps(pointer: str) -> Iterator[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    return (
        step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:] if pointer
    )


def at(document: Any, pointer: str) -> Any:
    """The value that a JSON pointer names."""
    for step in steps(pointer):
        document = document[int(step) if isinstance(document, list) else step]
    return document
