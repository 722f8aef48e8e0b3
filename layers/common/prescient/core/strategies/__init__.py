"""One module a strategy, all behind `protocol.Strategy`; `registry` knows them by name."""
