"""What a market says: its rows, books, offers and fills, fees, marks and settlement."""
