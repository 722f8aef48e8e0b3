"""A local Polymarket: the Gamma and CLOB read API over HTTP, on simulated or recorded markets."""
