"""Brings the database to the newest schema, by hand or as a part of a deployment."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.custom_resource import CustomResourceHandler
    from prescient.runtime.entry import StepHandler
    from prescient.usecases import migrate
    from prescient.usecases.support.migrating import MigrateRequest

handler = CustomResourceHandler(StepHandler(MigrateRequest, migrate.run), physical_id="schema")
