"""Prescient: many paper-trading portfolios over one picture of Polymarket."""

__version__ = "0.1.0"
