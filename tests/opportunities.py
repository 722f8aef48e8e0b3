"""Markets on which a strategy would act, each by the numbers that make it so."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from prescient.core.market.books import Level, OrderBook
from prescient.core.market.markets import EventId, MarketId, Outcome, Quote
from prescient.core.strategies.candidates import Candidate, EventFacts, Feature
from tests.builders import NOON, candidate

IN_HALF_A_YEAR = NOON + timedelta(days=182.5)
CHEAP_PAIR = (("0.44", "0.45"), ("0.52", "0.53"))
EVERY_YES = [("0.18", "0.20"), ("0.27", "0.30"), ("0.44", "0.46")]
SEVERAL_NO = [("0.62", "0.64"), ("0.41", "0.43"), ("0.01", "0.02")]


def book(bid: str, *asks: str, shares: int = 1000) -> OrderBook:
    """One bid and the asks, `shares` at each price."""
    return OrderBook((Level(D(bid), D(shares)),), tuple(Level(D(ask), D(shares)) for ask in asks))


def two_books(
    yes: tuple[str, str], no: tuple[str, str], shares: int = 1000, **changes: Any
) -> Candidate:
    """A market whose YES and NO were fetched on their own, each with its bid and ask."""
    books = {Outcome.YES: book(*yes, shares=shares), Outcome.NO: book(*no, shares=shares)}
    return candidate(**{"books": books, **changes})


def strayed(mark: str, **changes: Any) -> Candidate:
    """YES at `mark`, quoted half a cent around it, after a week around 0.50 with sd 0.04."""
    week = Feature(D("0.48"), D("0.50"), D("0.04"), 30)
    values: dict[str, Any] = {
        "yes_price": D(mark),
        "no_price": 1 - D(mark),
        "mark": D(mark),
        "quote": Quote(D(mark) - D("0.005"), D(mark) + D("0.005")),
        "features": {168: week},
    }
    return candidate(**values | changes)


def agreed(week: str = "0.88", **changes: Any) -> Candidate:
    """YES at 0.775, which momentum buys, after a week around `week` with sd 0.035."""
    values: dict[str, Any] = {"features": {168: Feature(D(week), D(week), D("0.035"), 30)}}
    return candidate(**values | changes)


def siblings(
    quotes: list[tuple[str, str]], facts: dict[str, Any] | None = None, **changes: Any
) -> list[Candidate]:
    """The open markets m1, m2, … of one negRisk event, each with its YES bid and ask."""
    ids = [MarketId(f"m{place}") for place in range(1, len(quotes) + 1)]
    known: dict[str, Any] = {
        "event_id": EventId("e1"),
        "neg_risk": True,
        "augmented": False,
        "markets": len(ids),
        "open_markets": frozenset(ids),
        "closed_as_no": 0,
    }
    values: dict[str, Any] = {
        "neg_risk": True,
        "event": EventFacts(**known | (facts or {})),
        "end_date": IN_HALF_A_YEAR,
        "event_end_date": IN_HALF_A_YEAR,
    }
    shown = []
    for market_id, (bid, ask) in zip(ids, quotes, strict=True):
        middle = (D(bid) + D(ask)) / 2
        prices = {"yes_price": middle, "no_price": 1 - middle, "quote": Quote(D(bid), D(ask))}
        shown.append(candidate(market_id=market_id, **prices | values | changes))
    return shown
