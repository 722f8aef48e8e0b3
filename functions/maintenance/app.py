"""The daily work: trim tape and points, ask for outcomes and prices, move cash, check the books."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.entry import StepHandler
    from prescient.usecases import maintenance

handler = StepHandler(maintenance.MaintenanceRequest, maintenance.run)
