"""The daily work: check the books, move cash, fill in histories, trim the tape."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import maintenance

handler = StepHandler(maintenance.MaintenanceRequest, maintenance.run)
