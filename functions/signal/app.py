"""One portfolio's decisions."""

from prescient.runtime.entry import StepHandler
from prescient.steps import signal
from prescient.steps.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, signal.run)
