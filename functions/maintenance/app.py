"""The daily check of the books."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import maintenance

handler = StepHandler(maintenance.MaintenanceRequest, maintenance.run)
