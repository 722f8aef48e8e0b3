"""The books: valuation, the rows as they are stored, and the checks that hold them together."""
