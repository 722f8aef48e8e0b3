"""The report: its values against the API, and the page in a browser."""
