"""One portfolio's fills."""

from prescient.runtime.entry import StepHandler
from prescient.steps import execute
from prescient.steps.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, execute.run)
