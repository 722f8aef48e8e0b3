"""How Gamma's rows look once their markets are closed: decided, odd, or closed too early."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from local.exchange.anomalies import Anomaly
from local.exchange.chance import unit
from local.exchange.gamma_values import outcome_prices, seconds, spaced
from local.exchange.oddities import Ending
from local.exchange.questions import Phase, Question
from local.exchange.quotes import DOLLAR, FINE
from local.exchange.web import plain_number

DISPUTED = ("proposed", "disputed")
# Spellings of an outcome that is not final; None is only the last of `umaResolutionStatuses`.
_PROPOSALS = (
    "proposed",
    "Proposed",
    "disputed",
    "DISPUTED",
    "challenged",
    "Challenged",
    None,
    None,
)


def closed_keys(asked: Question, now: datetime) -> dict[str, Any]:
    """Return the keys that a closed market has in place of a trading one's."""
    match asked.phase(now):
        case Phase.CLOSED_EARLY:
            row = _closed_at(asked, asked.proposed_answer)
            del row["umaResolutionStatus"]
            return row | _proposal(asked)
        case Phase.CLOSED_ODDLY:
            return _without_result(asked)
    row = _closed_at(asked, asked.answer)
    if asked.ending is Ending.WITHOUT_STATUS:
        del row["umaResolutionStatus"]
        row["umaResolutionStatuses"] = "[]"
    return row


def _closed_at(asked: Question, answer: float) -> dict[str, Any]:
    """Return the keys of a decided market: still `active`, with the quote of its last moments."""
    statuses = [*DISPUTED, "proposed"] if asked.calendar.disputed else ["proposed"]
    return {
        "closed": True,
        "acceptingOrders": asked.ending is Ending.ACCEPTING,
        "orderPriceMinTickSize": FINE / DOLLAR,
        "liquidity": "0",
        "liquidityNum": 0,
        "outcomePrices": outcome_prices(answer),
        "lastTradePrice": plain_number(answer),
        "bestBid": max(answer - FINE / DOLLAR, 0),
        "bestAsk": plain_number(min(answer + (answer < 1) * FINE / DOLLAR, 1)),
        "spread": FINE / DOLLAR,
        "closedTime": spaced(asked.calendar.closes),
        "umaEndDate": (seconds if asked.digit % 4 else spaced)(asked.calendar.closes),
        "umaResolutionStatus": "resolved",
        "umaResolutionStatuses": json.dumps(statuses),
    }


def _without_result(asked: Question) -> dict[str, Any]:
    row = _closed_at(asked, asked.answer)
    del row["umaResolutionStatus"]
    if asked.ending is Ending.UNPRICED and not asked.anomalies.has(Anomaly.NEVER_PAID):
        del row["outcomePrices"]
    else:
        row["outcomePrices"] = json.dumps(["0", "0"])
    return row


def _proposal(asked: Question) -> dict[str, Any]:
    """Return the statuses of an outcome that is closed and priced, and still may be reversed."""
    place = int(unit(f"{asked.market_id}:proposal") * len(_PROPOSALS))
    status = _PROPOSALS[place]
    last = status or DISPUTED[place % 2]
    statuses = [last] if last.lower() == "proposed" else ["proposed", last]
    keys = {"umaResolutionStatus": status, "umaResolutionStatuses": json.dumps(statuses)}
    return {key: value for key, value in keys.items() if value is not None}
