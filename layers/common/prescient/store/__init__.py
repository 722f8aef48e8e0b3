"""Postgres: one module an aggregate, its SQL beside it in a file of the same name."""
