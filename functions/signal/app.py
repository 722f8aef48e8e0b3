"""One portfolio's decisions."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import signal
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, signal.run)
