"""SQL lives in `.sql` files: `-- name: what_it_is` heads each statement, then what it is for.

What several statements of a file begin with, or share, is a part: `-- part: what_it_is` heads it,
and `{what_it_is}` stands for it in the statements below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString

# The comments below a name are for the reader of the file; the server is not sent them.
# Nor is it sent indentation: psycopg remembers how it read a statement of at most 4,096 characters.
_INDENTATION = re.compile(r"\n +")
_HEAD = re.compile(r"^-- (name|part): (\w+)\n(?:-- .*\n)*", re.MULTILINE)


def load(module_file: str) -> dict[str, LiteralString]:
    """The named statements of the `.sql` file beside `module_file`.

    They come from our own files alone, so they are as literal as SQL in the source would be.
    """
    text = Path(module_file).with_suffix(".sql").read_text("utf-8")
    _, *found = _HEAD.split(_INDENTATION.sub("\n", text))
    parts: dict[str, str] = {}
    named: dict[str, LiteralString] = {}
    for kind, name, written in zip(found[::3], found[1::3], found[2::3], strict=True):
        whole = _with_parts(written, parts)
        if kind == "part":
            parts[name] = whole.rstrip()
        else:
            named[name] = whole
    return named


def _with_parts(written: str, parts: Mapping[str, str]) -> str:
    for name, part in parts.items():
        written = written.replace(f"{{{name}}}", part)
    return written
