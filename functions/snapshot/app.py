"""The equity of a chunk of portfolios, or of one, at the end of its cycle."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.portfolio_steps import PortfolioStepHandler
    from prescient.usecases import snapshot

handler = PortfolioStepHandler(snapshot.run, snapshot.run_chunk)
