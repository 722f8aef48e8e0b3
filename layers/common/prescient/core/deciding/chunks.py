"""Dividing a cycle's portfolios into chunks, and how the ids of a chunk travel between states."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from itertools import groupby, pairwise
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

from prescient.core.errors import TooManyPortfolios
from prescient.core.portfolio.portfolios import PortfolioId

MOST_BYTES = 225_000
"""What the chunks may take of a state's output.

That may have 262,144 bytes, of which 32,768 are for the cause of an error beside the chunks.
"""
MOST_WRITTEN = 1_000
"""Portfolios in one text at most: more are a mistake, and a span of any width is soon written."""
_TEXT = re.compile(r"([0-9]{1,10}([+-][0-9]{1,10})*)?")
_PART = re.compile(r"([+-]?)(\d+)")


def divided(portfolio_ids: Sequence[PortfolioId], size: int) -> list[list[PortfolioId]]:
    """Divide portfolios into chunks of at most `size`, in their order, which is ascending.

    Raises `TooManyPortfolios` where these take more bytes, as Lambda writes them, than Step
    Functions takes: nothing catches that error of its own, so the cycle would never be closed.
    """
    chunks = [
        list(portfolio_ids[start : start + size]) for start in range(0, len(portfolio_ids), size)
    ]
    length = len(json.dumps([written(chunk) for chunk in chunks]))
    if length > MOST_BYTES:
        raise TooManyPortfolios(
            f"portfolio_ids: {len(portfolio_ids):,} portfolios take {length:,} bytes of the "
            f"{MOST_BYTES:,} that an answer may have: run them in several cycles"
        )
    return chunks


def written(portfolio_ids: Collection[PortfolioId]) -> str:
    """Write ids as one short text, ascending, each once.

    The first id, then `-n` for all up to n, or `+n` for the one that is n further:
    `1001-1020`, or `1001-1010+2-1021` where 1011 is missing.
    """
    ascending = sorted(set(portfolio_ids))
    if not ascending:
        return ""
    last: int = ascending[0]
    text = str(last)
    gaps = (after - before for before, after in pairwise(ascending))
    for gap, run in groupby(gaps):
        count = len([*run])
        last += gap * count
        steps, span = f"+{gap}" * count, f"-{last}"
        text += span if gap == 1 and len(span) <= len(steps) else steps
    return text


def read(text: str) -> list[PortfolioId]:
    """Read what `written` writes. Raises ValueError where it is something else."""
    if not _TEXT.fullmatch(text):
        raise ValueError("ids are written as 1-20+2: the first, -n up to n, +n for n further")
    portfolio_ids: list[PortfolioId] = []
    last = 0
    for sign, digits in _PART.findall(text):
        first = last + 1 if sign == "-" else last + int(digits)
        end = int(digits) if sign == "-" else first
        if not last < first <= end:
            raise ValueError("ids ascend")
        if len(portfolio_ids) + end - first >= MOST_WRITTEN:
            raise ValueError(f"at most {MOST_WRITTEN:,} ids")
        portfolio_ids += map(PortfolioId, range(first, end + 1))
        last = end
    return portfolio_ids


def listed(given: object) -> object:
    """Read what `written` writes; anything else is as it was given."""
    try:
        return _read_if_written(given)
    except ValueError:
        return given


def _read_if_written(given: object) -> object:
    return read(given) if isinstance(given, str) else given


PortfolioIds = Annotated[
    list[Annotated[PortfolioId, Field(gt=0, lt=2**31)]],
    BeforeValidator(_read_if_written),
    PlainSerializer(written, when_used="json"),
]
"""Ids in a request or an answer between states: one text in JSON, where a list is taken too."""
