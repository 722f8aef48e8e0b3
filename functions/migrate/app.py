"""Brings the database to the newest schema."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import migrate

handler = StepHandler(migrate.MigrateRequest, migrate.run)
