"""One use case a module, named as its function: load, decide in the core, store."""
