"""One turn of a portfolio: its orders become exits, fills and rejections. Begin at `turn`."""
