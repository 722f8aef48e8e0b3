"""The report: one page about portfolios, which shows what the API answers and computes nothing."""
