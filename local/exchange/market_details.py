"""The CLOB's `GET /markets/{condition_id}`: a market's tokens, and which of them won."""

from __future__ import annotations

import json
from typing import Any

from local.exchange.venue import Row, Venue
from local.exchange.web import Refused, plain_number

_WON, _HALF = "1", ["0.5", "0.5"]
_NOT_FINAL = ("proposed", "disputed", "challenged")


def market_details(venue: Venue, condition_id: str) -> dict[str, Any]:
    """Return the CLOB's row of the market that Gamma shows. Raises Refused when there is none."""
    for event in venue.events():
        for market in event["markets"]:
            if market.get("conditionId") == condition_id:
                return _details(market)
    raise Refused(404, "market not found")


def _details(market: Row) -> dict[str, Any]:
    """Return the row; a winner is marked where the result is final and not 50/50."""
    closed = bool(market.get("closed"))
    return {
        "enable_order_book": not closed,
        "active": market.get("active", True),
        "closed": closed,
        "archived": market.get("archived", False),
        "accepting_orders": market.get("acceptingOrders", False),
        "minimum_order_size": market.get("orderMinSize", 5),
        "minimum_tick_size": market.get("orderPriceMinTickSize", 0.01),
        "condition_id": market["conditionId"],
        "question": market["question"],
        "market_slug": market.get("slug", ""),
        "end_date_iso": market.get("endDate"),
        "game_start_time": market.get("gameStartTime"),
        "neg_risk": market.get("negRisk", False),
        "is_50_50_outcome": closed and _prices(market) == _HALF,
        "tokens": _tokens(market, closed=closed),
        "tags": ["All"],
    }


def _tokens(market: Row, *, closed: bool) -> list[dict[str, Any]]:
    prices = _prices(market) or ["0", "0"]
    is_final = closed and not _is_proposed(market)
    tokens = json.loads(market.get("clobTokenIds") or "[]")
    return [
        {
            "token_id": token_id,
            "outcome": outcome,
            "price": plain_number(float(price)),
            "winner": is_final and price == _WON,
        }
        for token_id, outcome, price in zip(
            tokens, json.loads(market["outcomes"]), prices, strict=False
        )
    ]


def _is_proposed(market: Row) -> bool:
    """Tell whether its outcome may still be reversed."""
    statuses = json.loads(market.get("umaResolutionStatuses") or "[]")
    status = market.get("umaResolutionStatus") or (statuses[-1] if statuses else "")
    return status.lower() in _NOT_FINAL


def _prices(market: Row) -> list[str]:
    prices: list[str] = json.loads(market.get("outcomePrices") or "[]")
    return prices
