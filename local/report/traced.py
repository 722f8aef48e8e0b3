"""Values of the API's answers that know where they stand, so that a page can say it of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

_DATA = Markup('<data value="{}" data-at="{}#{}">{}</data>')


@dataclass(frozen=True, slots=True)
class Traced:
    """A value of an answer: `path` is what was asked, `pointer` where in its body the value is.

    The pointer is a JSON pointer (RFC 6901).
    """

    raw: Any
    path: str
    pointer: str = ""

    def __getitem__(self, key: str | int) -> Traced:
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Traced(self.raw[key], self.path, f"{self.pointer}/{step}")

    def __iter__(self) -> Iterator[Traced]:
        """The elements of a list; of an object the values in their order."""
        keys = self.raw if isinstance(self.raw, dict) else range(len(self.raw))
        return (self[key] for key in keys)

    def __len__(self) -> int:
        return len(self.raw)

    def __bool__(self) -> bool:
        return bool(self.raw)

    @property
    def is_known(self) -> bool:
        return self.raw is not None

    def shown(self, text: str) -> Markup:
        """The value as an element of the page, which shows `text`."""
        return _DATA.format(json.dumps(self.raw), self.path, self.pointer, text)
