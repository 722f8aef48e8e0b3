"""`make run` and `make serve`: portfolios that trade, and what they show."""
