"""Simulated questions as Gamma writes them: JSON in strings, a missing value is a missing key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from local.exchange import oddities
from local.exchange.anomalies import Anomaly
from local.exchange.chance import happens
from local.exchange.closed_rows import DISPUTED, closed_keys
from local.exchange.gamma_values import microseconds, outcome_prices, seconds, spaced
from local.exchange.oddities import Oddity
from local.exchange.questions import Phase, Question, Topic
from local.exchange.quotes import DOLLAR
from local.exchange.web import plain_number

_DAY = timedelta(days=1)
_CHANGES = {
    "oneHourPriceChange": timedelta(hours=1),
    "oneDayPriceChange": _DAY,
    "oneWeekPriceChange": timedelta(weeks=1),
}
_STATUSES = {Phase.TRADING: [], Phase.PROPOSED: ["proposed"]}
_TAGS = ("politics", "crypto", "sports", "economy", "technology")
_BASE_FEE = 1_000  # of every recorded market with fees, whatever its rate


def event_row(topic: Topic, now: datetime) -> dict[str, Any]:
    """Return the event with its markets."""
    markets = [market_row(topic, asked, now) for asked in topic.questions]
    slug = _slug(topic.title, topic.event_id)
    return {
        "id": topic.event_id,
        "ticker": slug,
        "slug": slug,
        "title": topic.title,
        "description": f"{topic.title} Decided by what the organisers announce.",
        "startDate": microseconds(topic.calendar.start),
        "creationDate": microseconds(topic.calendar.start),
        "endDate": seconds(topic.calendar.end_shown_at(now)),
        "active": True,
        "closed": topic.closed(now),
        "archived": False,
        "liquidity": _sum(markets, "liquidityNum"),
        "volume": _sum(markets, "volumeNum"),
        "volume24hr": _sum(markets, "volume24hr"),
        "enableOrderBook": True,
        "negRisk": topic.neg_risk,
        "negRiskAugmented": topic.augmented,
        "tags": [
            {"id": str(_TAGS.index(topic.tag) + 1), "label": topic.tag.title(), "slug": topic.tag}
        ],
        "markets": markets,
    }


def market_row(topic: Topic, asked: Question, now: datetime) -> dict[str, Any]:
    """Return the market without its event, as it stands inside an event."""
    row = _identity(topic, asked, now) | _fees(asked)
    if asked.closed(now):
        row |= _activity(asked, now) | closed_keys(asked, now)
    elif Oddity.WITHOUT_BOOK in asked.oddities:
        row |= _untraded()
    else:
        row |= _activity(asked, now) | _trading(asked, now)
    if not topic.neg_risk and asked.has_begun(Anomaly.SWAPPED_OUTCOMES, now):
        row |= _swapped(row)
    for key in _missing(asked, row):
        row.pop(key, None)
    return row


def _identity(topic: Topic, asked: Question, now: datetime) -> dict[str, Any]:
    shown = asked.calendar.end_shown_at(now)
    precise = microseconds if asked.digit % 2 else seconds
    row = {
        "id": asked.market_id,
        "question": asked.text,
        "conditionId": asked.condition_id_at(now) if asked.has_identity else "",
        "slug": _slug(asked.text, asked.market_id),
        "groupItemTitle": asked.label,
        "startDate": precise(asked.calendar.start),
        "endDate": seconds(shown),
        "endDateIso": shown.date().isoformat(),
        "updatedAt": microseconds(now),
        "outcomes": json.dumps(asked.outcomes),
        "clobTokenIds": json.dumps(asked.tokens) if asked.has_identity else "",
        "active": not asked.placeholder,
        "closed": False,
        "archived": False,
        "acceptingOrders": Oddity.REFUSING_ORDERS not in asked.oddities,
        "enableOrderBook": True,
        "negRisk": topic.neg_risk,
        "orderPriceMinTickSize": asked.trade.tick / DOLLAR,
        "orderMinSize": 5,
        "umaResolutionStatuses": json.dumps(_STATUSES.get(asked.phase(now), DISPUTED)),
    }
    if asked.outcomes != ("Yes", "No"):
        row["gameStartTime"] = spaced(shown - timedelta(hours=2))
    return row


def _fees(asked: Question) -> dict[str, Any]:
    rate = asked.trade.fee_rate
    if rate is None:
        return {}
    if rate == 0:
        return {"feesEnabled": False}
    schedule = {"exponent": 1, "rate": rate, "takerOnly": True, "rebateRate": 0.25}
    if asked.digit < 4:  # noqa: PLR2004 (a quarter of the sixteen)
        del schedule["exponent"]
    return {"feesEnabled": True, "takerBaseFee": _BASE_FEE, "feeSchedule": schedule}


def _activity(asked: Question, now: datetime) -> dict[str, Any]:
    days = (min(now, asked.calendar.end) - asked.calendar.start) / _DAY
    volume = plain_number(round(asked.trade.volume + asked.trade.volume_a_day * days, 4))
    day = plain_number(round(asked.trade.volume_a_day, 4))
    return {"volume": str(volume), "volumeNum": volume, "volume24hr": day}


def _trading(asked: Question, now: datetime) -> dict[str, Any]:
    quote = asked.quote(now)
    liquidity = plain_number(asked.liquidity(now))
    row: dict[str, Any] = {
        "liquidity": str(liquidity),
        "liquidityNum": liquidity,
        "outcomePrices": outcome_prices(quote.price),
        "lastTradePrice": plain_number((quote.bid or quote.ask) / DOLLAR),
        "spread": (quote.ask - quote.bid) / DOLLAR,
        "bestBid": quote.bid / DOLLAR,
        "bestAsk": quote.ask / DOLLAR,
        "orderPriceMinTickSize": quote.tick / DOLLAR,
    }
    if quote.bid == 0:
        del row["bestBid"]
    if asked.phase(now) is not Phase.TRADING:
        row["umaResolutionStatus"] = asked.phase(now).value
    changes = {key: asked.change(now, span) for key, span in _CHANGES.items()}
    return row | {
        key: plain_number(change) for key, change in changes.items() if change is not None
    }


def _untraded() -> dict[str, Any]:
    """Return the keys of an empty book: bid 0 and ask 1, and no outcome prices."""
    amounts = {"volume": "0", "volumeNum": 0, "volume24hr": 0, "liquidity": "0", "liquidityNum": 0}
    quote = {"lastTradePrice": 0, "spread": 1, "bestBid": 0, "bestAsk": 1}
    return {**amounts, **quote, **dict.fromkeys(_CHANGES, 0)}


def _swapped(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a market whose second outcome is listed first."""
    lists = ("outcomes", "outcomePrices", "clobTokenIds")
    turned = {key: json.dumps(json.loads(row[key])[::-1]) for key in lists if row.get(key)}
    quote = {"bestBid": 1 - row["bestAsk"], "bestAsk": 1 - row.get("bestBid", 0)}
    if "lastTradePrice" in row:
        quote["lastTradePrice"] = 1 - row["lastTradePrice"]
    changes = {key: -row[key] for key in _CHANGES if key in row}
    numbers = {key: plain_number(round(value, 4)) for key, value in (quote | changes).items()}
    return {**turned, **numbers}


def _missing(asked: Question, row: Mapping[str, Any]) -> list[str]:
    """Return the keys that this row does not have."""
    odd, closed = asked.oddities, row["closed"]
    keys = {
        "clobTokenIds": not asked.has_identity and asked.digit % 2 == 1,
        "bestBid": row["bestBid"] == 0 and closed if "bestBid" in row else False,
        "endDate": Oddity.WITHOUT_END in odd,
        "endDateIso": Oddity.WITHOUT_END in odd,
        "lastTradePrice": Oddity.NEVER_TRADED in odd,
        "volume": Oddity.WITHOUT_VOLUME in odd,
        "volumeNum": Oddity.WITHOUT_VOLUME in odd,
        "volume24hr": (closed and not _keeps(asked)) or Oddity.WITHOUT_DAY_VOLUME in odd,
        "liquidity": (closed and not _keeps(asked)) or Oddity.WITHOUT_LIQUIDITY in odd,
        "liquidityNum": (closed and not _keeps(asked)) or Oddity.WITHOUT_LIQUIDITY in odd,
    }
    return [key for key, is_missing in keys.items() if is_missing]


def _keeps(asked: Question) -> bool:
    """Tell whether a closed market still has its amounts, as a few do."""
    return happens(f"{asked.market_id}:keeps", oddities.CLOSED_WITH_AMOUNTS)


def _sum(markets: list[dict[str, Any]], key: str) -> float:
    values: list[float] = [market.get(key, 0.0) for market in markets]
    return plain_number(round(sum(values), 4))


def _slug(text: str, identity: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join([*words, identity])
