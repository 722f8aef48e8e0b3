"""`make migrate`: brings the database of DATABASE_URL to the newest schema."""

from __future__ import annotations

import os
import sys

from local.migrations import upgrade
from prescient.store.database import SCHEMA_VERSION


def main() -> int:
    """0 when the database is at the newest schema, 2 without a DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        print("make migrate DATABASE_URL=postgresql://...", file=sys.stderr)
        return 2
    upgrade(url)
    print(f"The database is at schema version {SCHEMA_VERSION}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
