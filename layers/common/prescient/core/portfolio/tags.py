"""Tags, which group portfolios."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_TAGS = 20
FORM = r"^[a-z0-9][a-z0-9._:-]{0,49}$"


def check_tag(tag: str) -> str:
    """Return the tag; raises `ValueError` unless it has the form of one."""
    if not re.fullmatch(FORM, tag):
        raise ValueError(
            "must be 1 to 50 small letters, digits or . _ : - and begin with a letter or digit"
        )
    return tag


def tidy(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, in the order of the alphabet."""
    return tuple(sorted(set(tags)))
