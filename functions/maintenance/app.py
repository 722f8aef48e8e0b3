"""The daily work: trim the tape, ask for outcomes and histories, move cash, check the books."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import maintenance

handler = StepHandler(maintenance.MaintenanceRequest, maintenance.run)
