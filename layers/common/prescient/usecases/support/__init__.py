"""What several use cases share and what is none itself."""
