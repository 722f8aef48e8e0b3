"""Media types of bodies, in small letters and without parameters, as RFC 9110 compares them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

JSON = "application/json"
CSV = "text/csv"
MERGE_PATCH = "application/merge-patch+json"


def bare(media_type: str) -> str:
    """Return the type in small letters, without its parameters."""
    return media_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)  # a client sends the same with each request
def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The offered type that an `Accept` header (RFC 9110, 12.5.1) wants most; an empty one any.

    Of several that it wants alike the first; None where it wants none of them.
    """
    ranges = [_range(part) for part in (accept.strip() or "*/*").split(",")]
    wanted = {media_type: _weight(media_type, ranges) for media_type in offered}
    best = max(offered, key=lambda media_type: wanted[media_type])
    return best if wanted[best] > 0 else None


def _range(part: str) -> tuple[str, float]:
    """A range and its weight; a weight that cannot be read counts as 1."""
    parameters = [parameter.strip().lower() for parameter in part.split(";")[1:]]
    weights = (name[2:] for name in parameters if name.startswith("q="))
    try:
        return bare(part), float(next(weights, "1"))
    except ValueError:
        return bare(part), 1.0


def _weight(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most specific range that admits this type, 0 without one."""
    for admitting in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == admitting]
        if weights:
            return max(weights)
    return 0.0
