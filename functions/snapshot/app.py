"""One portfolio's equity at the end of its cycle."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import snapshot
from prescient.usecases.support.portfolio_step import PortfolioStepRequest

handler = StepHandler(PortfolioStepRequest, snapshot.run)
