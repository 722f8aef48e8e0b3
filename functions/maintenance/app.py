"""The daily check of the books."""

from prescient.runtime.entry import StepHandler
from prescient.steps import maintenance

handler = StepHandler(maintenance.MaintenanceRequest, maintenance.run)
