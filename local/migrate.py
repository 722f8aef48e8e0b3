"""`make migrate`: brings the database of DATABASE_URL to the newest schema."""

from __future__ import annotations

import os
import sys

from local.migrations import upgrade


def main() -> int:
    """0 when the schema is the newest, 2 when DATABASE_URL is missing."""
    database_url = os.environ.get("DATABASE_URL", "")
    if not database_url:
        print("DATABASE_URL=postgresql://... names the database to migrate", file=sys.stderr)
        return 2
    upgrade(database_url)
    print("The schema is the newest.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
