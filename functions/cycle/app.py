"""Opens a cycle, records why portfolios failed, closes the cycle."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.entry import StepHandler
    from prescient.usecases import cycle

handler = StepHandler(cycle.CycleRequest, cycle.run)
