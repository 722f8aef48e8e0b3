"""Marks, settles and stops out all open positions."""

from prescient.runtime.starting import imports

with imports():
    from prescient.runtime.entry import StepHandler
    from prescient.usecases import price_update

handler = StepHandler(price_update.PriceUpdateRequest, price_update.run)
