"""The fills of a chunk of portfolios, or of one."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.portfolio_steps import PortfolioStepHandler
    from prescient.usecases import execute

handler = PortfolioStepHandler(execute.run, execute.run_chunk)
