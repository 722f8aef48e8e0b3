"""How a database is defined, to the last grant and comment."""

from __future__ import annotations

import re
import subprocess

from local.postgres import programs


def definitions(url: str, *options: str) -> list[str]:
    """Every definition as pg_dump writes it, without the token that differs from run to run."""
    command = [str(programs.program("pg_dump")), "--schema-only", *options, "--dbname", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if "restrict" not in line]


def old_definitions(url: str) -> list[str]:
    """The same without the revision, which a database of schema v1 may not have had."""
    return definitions(url, "--exclude-table=alembic_version")


def without_casts(definitions: str) -> str:
    """For comparison: Postgres writes casts of VARCHAR otherwise once it has read its own."""
    return re.sub(r"::(?:text|character\s+varying)(?:\[\])?|[()\s]", "", definitions)
