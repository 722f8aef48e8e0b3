"""Brings the database to the schema that this code expects."""

from __future__ import annotations

from importlib.util import find_spec

from alembic import command
from alembic.config import Config
from pydantic import BaseModel, ConfigDict

from prescient.core.errors import PrescientError
from prescient.steps.context import StepContext
from prescient.store.database import SCHEMA_VERSION


class MigrateRequest(BaseModel):
    """Nothing to choose: the newest schema is the only one that the steps accept."""

    model_config = ConfigDict(extra="forbid")


class MigrateResult(BaseModel):
    """The schema version after the migration."""

    revision: str


def run(_: MigrateRequest, context: StepContext) -> MigrateResult:
    """Apply every revision that the database lacks, each in a transaction of its own."""
    command.upgrade(configuration(context.database.url), SCHEMA_VERSION)
    return MigrateResult(revision=SCHEMA_VERSION)


def configuration(database_url: str, *, time_zone: str | None = None) -> Config:
    """Alembic's configuration for `migrations/`, wherever it is on the import path."""
    scripts = find_spec("migrations")
    if scripts is None or not scripts.submodule_search_locations:
        raise PrescientError("migrations/ is not on the import path")
    prepared = Config()
    prepared.set_main_option("script_location", next(iter(scripts.submodule_search_locations)))
    prepared.attributes["database_url"] = database_url
    prepared.attributes["time_zone"] = time_zone
    return prepared
