"""`python -m cli`: the command line of this checkout."""

from .app import entry

entry()
