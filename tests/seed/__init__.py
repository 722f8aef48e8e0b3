"""The plan's own tests, word for word but for the address and what writes rows past the API."""
