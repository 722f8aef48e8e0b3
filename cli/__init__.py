"""`prescient`: the command line, a client of the HTTP API and nothing else.

It is the package `cli` in a checkout and `prescient_cli` where it is installed, hence its relative
imports. What a `--help` does not need (the HTTP client, the models, the drawing) is imported by
what uses it.
"""
