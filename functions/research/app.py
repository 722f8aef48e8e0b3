"""What needs numpy: metrics on a schedule, and comparisons over HTTP."""

from prescient.runtime.starting import imports

with imports():
    from prescient.api.application import Application
    from prescient.runtime.entry import StepHandler
    from prescient.runtime.http import HttpHandler, HttpOrStepHandler
    from prescient.usecases import comparison, research, scorecard

handler = HttpOrStepHandler(
    HttpHandler(Application, compare=comparison.compare, judge=scorecard.judge),
    StepHandler(research.ResearchRequest, research.run),
)
