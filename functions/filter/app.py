"""Reads the exchange once a cycle."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.entry import StepHandler
    from prescient.usecases import filter as filter_step

handler = StepHandler(filter_step.FilterRequest, filter_step.run)
