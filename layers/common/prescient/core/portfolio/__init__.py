"""What a portfolio holds and may do: positions, exits, closing, cash, rebalancing, record."""
