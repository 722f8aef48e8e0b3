"""Dividing a cycle's portfolios into chunks, each of which an invocation takes a step for."""

from __future__ import annotations

import json
from collections.abc import Sequence

from prescient.core.errors import TooManyPortfolios
from prescient.core.portfolio.portfolios import PortfolioId

MOST_BYTES = 225_000
"""What the chunks may take of a state's output.

That may have 262,144 bytes, of which 32,768 are for the cause of an error beside the chunks.
"""


def divided(portfolio_ids: Sequence[PortfolioId], size: int) -> list[list[PortfolioId]]:
    """Divide portfolios into chunks of at most `size`, in their order.

    Raises `TooManyPortfolios` where these take more bytes, as Lambda writes them, than Step
    Functions takes: nothing catches that error of its own, so the cycle would never be closed.
    """
    chunks = [
        list(portfolio_ids[start : start + size]) for start in range(0, len(portfolio_ids), size)
    ]
    written = len(json.dumps(chunks))
    if written > MOST_BYTES:
        raise TooManyPortfolios(
            f"portfolio_ids: {len(portfolio_ids):,} portfolios take {written:,} bytes of the "
            f"{MOST_BYTES:,} that an answer may have: run them in several cycles"
        )
    return chunks
