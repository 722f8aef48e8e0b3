"""What clients get, one module a subject."""
