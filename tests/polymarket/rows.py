"""Rows as Gamma sends them, invented, to change one thing at a time in."""

from __future__ import annotations

from decimal import Decimal


def market_row(**changes: object) -> dict[str, object]:
    """A live market; a change to `...` removes the key, which is how the exchange says absent."""
    row: dict[str, object] = {
        "id": "1001",
        "question": "Will it rain in Lisbon on May 9?",
        "conditionId": "0xc0ffee",
        "outcomes": '["Yes", "No"]',
        "outcomePrices": '["0.46", "0.54"]',
        "clobTokenIds": '["111", "222"]',
        "bestBid": Decimal("0.45"),
        "bestAsk": Decimal("0.47"),
        "liquidity": "12000.5",
        "liquidityNum": Decimal("12000.5"),
        "volume": "70000",
        "volumeNum": 70000,
        "volume24hr": Decimal("310.25"),
        "oneDayPriceChange": Decimal("-0.015"),
        "orderPriceMinTickSize": Decimal("0.001"),
        "active": True,
        "closed": False,
        "archived": False,
        "acceptingOrders": True,
        "negRisk": True,
        "endDate": "2026-05-09T12:00:00Z",
    }
    return _changed(row, changes)


def event_row(**changes: object) -> dict[str, object]:
    """An event with the market above."""
    row: dict[str, object] = {
        "id": "77",
        "title": "Rain in Lisbon",
        "slug": "rain-in-lisbon",
        "tags": [{"id": "1", "label": "Weather", "slug": "weather"}],
        "liquidity": Decimal("12000.5"),
        "volume": 70000,
        "startDate": "2026-05-01T00:00:00.123456Z",
        "endDate": "2026-05-09T12:00:00Z",
        "negRisk": True,
        "negRiskAugmented": False,
        "active": True,
        "closed": False,
        "markets": [market_row()],
    }
    return _changed(row, changes)


def _changed(row: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    changed = {**row, **changes}
    return {key: value for key, value in changed.items() if value is not ...}
