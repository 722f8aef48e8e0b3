"""Brings the database to the newest schema."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import migrate
from prescient.usecases.support.migrating import MigrateRequest

handler = StepHandler(MigrateRequest, migrate.run)
