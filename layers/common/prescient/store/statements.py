"""SQL lives in `.sql` files: `-- name: what_it_is` heads each statement, then what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import LiteralString, cast

# The comments below a name are for the reader of the file; the server is not sent them.
# Nor is it sent indentation: psycopg remembers how it read a statement of at most 4,096 characters.
_INDENTATION = re.compile(r"\n +")
_HEAD = re.compile(r"^-- name: (\w+)\n(?:-- .*\n)*", re.MULTILINE)


def load(module_file: str) -> dict[str, LiteralString]:
    """The named statements of the `.sql` file beside `module_file`.

    They come from our own files alone, so they are as literal as SQL in the source would be.
    """
    text = Path(module_file).with_suffix(".sql").read_text("utf-8")
    parts = _HEAD.split(_INDENTATION.sub("\n", text))
    return dict(zip(parts[1::2], cast(list[LiteralString], parts[2::2]), strict=True))
