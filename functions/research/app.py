"""What needs numpy: metrics on a schedule, and comparisons over HTTP."""

from prescient.api.application import Application
from prescient.runtime.entry import StepHandler
from prescient.runtime.http import HttpHandler, HttpOrStepHandler
from prescient.usecases import comparison, research

handler = HttpOrStepHandler(
    HttpHandler(Application, compare=comparison.compare),
    StepHandler(research.ResearchRequest, research.run),
)
