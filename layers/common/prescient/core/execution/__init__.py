"""One turn of a portfolio: its signals become exits, fills and rejections."""
