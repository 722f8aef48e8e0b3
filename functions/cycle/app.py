"""Opens a cycle, records a portfolio's failure, closes the cycle."""

from prescient.runtime.entry import StepHandler
from prescient.usecases import cycle

handler = StepHandler(cycle.CycleRequest, cycle.run)
