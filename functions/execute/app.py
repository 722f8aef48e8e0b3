"""One portfolio's fills."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import execute
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, execute.run)
