"""The decisions of a chunk of portfolios, or of one."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.portfolio_steps import PortfolioStepHandler
    from prescient.usecases import signal

handler = PortfolioStepHandler(signal.run, signal.run_chunk)
