"""SQL lives in `.sql` files: `-- name: what_it_is` heads each statement, then what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import LiteralString, cast

# The comments below a name are for the reader of the file; the server is not sent them.
_HEAD = re.compile(r"^-- name: (\w+)\n(?:-- .*\n)*", re.MULTILINE)


def load(module_file: str) -> dict[str, LiteralString]:
    """The named statements of the `.sql` file beside `module_file`.

    They come from our own files alone, so they are as literal as SQL in the source would be.
    """
    parts = _HEAD.split(Path(module_file).with_suffix(".sql").read_text("utf-8"))
    return dict(zip(parts[1::2], cast(list[LiteralString], parts[2::2]), strict=True))
