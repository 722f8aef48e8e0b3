"""One portfolio's equity at the end of its cycle."""

from prescient.runtime.entry import StepHandler
from prescient.steps import snapshot
from prescient.steps.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, snapshot.run)
