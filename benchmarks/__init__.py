"""How fast Prescient is, as ratios against the least that the same work costs: `make bench`."""
