"""The commands, a module a subject."""
