"""Simulated questions as Gamma writes them: JSON in strings, a missing value is a missing key."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from local.exchange.questions import Question, Topic

_DAY = 86_400


def event_row(topic: Topic, now: datetime) -> dict[str, Any]:
    """The event with its markets."""
    markets = [market_row(topic, asked, now) for asked in topic.questions]
    return {
        "id": topic.event_id,
        "ticker": _slug(topic.title, topic.event_id),
        "slug": _slug(topic.title, topic.event_id),
        "title": topic.title,
        "startDate": _timestamp(topic.start),
        "creationDate": _timestamp(topic.start),
        "endDate": _timestamp(topic.end),
        "active": True,
        "closed": topic.closed(now),
        "archived": False,
        "liquidity": _sum(markets, "liquidityNum"),
        "volume": _sum(markets, "volumeNum"),
        "volume24hr": _sum(markets, "volume24hr"),
        "enableOrderBook": True,
        "negRisk": topic.neg_risk,
        "negRiskAugmented": topic.augmented,
        "tags": [{"id": str(len(topic.tag)), "label": topic.tag.title(), "slug": topic.tag}],
        "markets": markets,
    }


def market_row(topic: Topic, asked: Question, now: datetime) -> dict[str, Any]:
    """The market without its event, as it stands inside an event."""
    row = _identity(topic, asked, now)
    if asked.placeholder:
        return row | {"active": False, "liquidity": "0", "liquidityNum": 0, "spread": 1}
    row |= _activity(asked, now)
    return row | (_resolved(asked) if asked.closes <= now else _trading(asked, now))


def _identity(topic: Topic, asked: Question, now: datetime) -> dict[str, Any]:
    tokens = [_number(f"{asked.market_id}:{side}") for side in ("yes", "no")]
    row: dict[str, Any] = {
        "id": asked.market_id,
        "question": asked.text,
        "conditionId": "0x" + _digest(asked.market_id),
        "slug": _slug(asked.text, asked.market_id),
        "groupItemTitle": asked.label,
        "startDate": _timestamp(asked.start),
        "endDate": _timestamp(asked.end),
        "endDateIso": asked.end.date().isoformat(),
        "updatedAt": _timestamp(now),
        "outcomes": json.dumps(["Yes", "No"]),
        "clobTokenIds": json.dumps(tokens),
        "active": True,
        "closed": False,
        "archived": False,
        "acceptingOrders": True,
        "enableOrderBook": True,
        "negRisk": topic.neg_risk,
        "orderPriceMinTickSize": asked.tick,
        "orderMinSize": 5,
        "bestBid": 0,
        "bestAsk": 1,
        "feesEnabled": asked.fee_rate > 0,
    }
    if asked.fee_rate > 0:
        row["feeSchedule"] = {
            "exponent": 1,
            "rate": asked.fee_rate,
            "takerOnly": True,
            "rebateRate": 0.25,
        }
    return row


def _activity(asked: Question, now: datetime) -> dict[str, Any]:
    days = (min(now, asked.end) - asked.start).total_seconds() / _DAY
    volume = round(asked.volume + asked.volume_a_day * days, 4)
    return {"volume": str(volume), "volumeNum": volume, "volume24hr": asked.volume_a_day}


def _trading(asked: Question, now: datetime) -> dict[str, Any]:
    bid, ask = asked.quote()
    middle = asked.middle()
    row: dict[str, Any] = {
        "liquidity": str(asked.liquidity),
        "liquidityNum": asked.liquidity,
        "outcomePrices": json.dumps([_decimal(middle), _decimal(1 - middle)]),
        "lastTradePrice": bid if bid > 0 else ask,
        "spread": round(ask - bid, 4),
        "bestBid": bid,
        "bestAsk": ask,
        "umaResolutionStatuses": json.dumps(["proposed"] if asked.end <= now else []),
    }
    if bid == 0:
        del row["bestBid"]
    if asked.end <= now:
        row["umaResolutionStatus"] = "proposed"
    return row | _price_changes(asked, middle)


def _price_changes(asked: Question, middle: float) -> dict[str, float]:
    """Changes over the spans for which there is a history."""
    spans = {"oneHourPriceChange": 1, "oneDayPriceChange": 24, "oneWeekPriceChange": 168}
    return {
        key: round(middle - asked.hourly[-1 - hours], 4)
        for key, hours in spans.items()
        if hours < len(asked.hourly)
    }


def _resolved(asked: Question) -> dict[str, Any]:
    """A resolved market is still `active`, has lost its liquidity, and its quote is left over."""
    return {
        "closed": True,
        "acceptingOrders": False,
        "outcomePrices": json.dumps(["1", "0"] if asked.answer else ["0", "1"]),
        "lastTradePrice": 1 if asked.answer else 0,
        "bestBid": 1 - asked.tick if asked.answer else 0,
        "bestAsk": 1 if asked.answer else asked.tick,
        "spread": asked.tick,
        "closedTime": f"{asked.closes:%Y-%m-%d %H:%M:%S}+00",
        "umaEndDate": f"{asked.closes:%Y-%m-%dT%H:%M:%SZ}",
        "umaResolutionStatus": "resolved",
        "umaResolutionStatuses": json.dumps(["proposed"]),
    }


def _sum(markets: list[dict[str, Any]], key: str) -> float:
    values: list[float] = [market.get(key, 0.0) for market in markets]
    return round(sum(values), 4)


def _decimal(price: float) -> str:
    return f"{price:.4f}".rstrip("0").rstrip(".")


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _slug(text: str, identity: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return "-".join([*words, identity])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _number(text: str) -> str:
    return str(int(_digest(text), 16))
