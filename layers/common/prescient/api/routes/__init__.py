"""One module a family of routes; each has a `routes` table."""
