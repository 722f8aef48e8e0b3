"""How well portfolios did, and whether it is more than luck. It needs numpy, as no step does."""
