"""What a migration is asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# The function has 900 s. A busy laptop upgrades a million rows in 18 s (docs/migration.md), so this
# leaves room for a database that is ten times as slow.
ROW_LIMIT = 5_000_000


class MigrateRequest(BaseModel):
    """How to upgrade a database of schema v1; any other needs none of it.

    `time_zone` is that of the old application's clock, by default the database server's own;
    `server_time_zone` that of the server's clock then, by default guessed from the first and the
    rows. A `dry_run` does everything and undoes it. `snapshot_id` names the backup to go back to.
    `to` takes an upgraded database back instead, to that revision, over expanding ones alone.
    """

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False
    time_zone: Annotated[str, Field(min_length=1)] | None = None
    server_time_zone: Annotated[str, Field(min_length=1)] | None = None
    snapshot_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    to: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None
