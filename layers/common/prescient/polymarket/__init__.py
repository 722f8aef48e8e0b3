"""Adapter to Polymarket: reads its public API and answers core types. See docs/market-data.md."""
