"""Media types of bodies, in small letters and without parameters, as RFC 9110 compares them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


def bare(media_type: str) -> str:
    """Return the type in small letters, without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def accepted(accept: str, offered: Sequence[str]) -> Iterator[str]:
    """Yield those of the offered types that an `Accept` header admits; an empty one admits all."""
    ranges = [bare(wanted) for wanted in accept.split(",") if not _is_refused(wanted)]
    for media_type in offered:
        family = media_type.partition("/")[0]
        if not accept.strip() or {media_type, f"{family}/*", "*/*"} & set(ranges):
            yield media_type


def _is_refused(wanted: str) -> bool:
    parameters = [parameter.strip().lower() for parameter in wanted.split(";")[1:]]
    return any(parameter in ("q=0", "q=0.0", "q=0.00", "q=0.000") for parameter in parameters)
