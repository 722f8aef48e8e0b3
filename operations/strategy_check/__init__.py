"""`make check-strategy FILE=…`: whether a module is a strategy that can be trusted to be one."""
