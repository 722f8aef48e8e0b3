"""Simulated order books as the CLOB writes them: texts for numbers, the best level last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha1
from typing import Any

from local.exchange.books import no_book, yes_book
from local.exchange.chance import unit
from local.exchange.oddities import Oddity
from local.exchange.questions import STEP, Question, Topic
from local.exchange.quotes import COARSE, DOLLAR
from local.exchange.web import decimal_text
from prescient.core.market.books import Level


def book_row(topic: Topic, asked: Question, place: int, now: datetime) -> dict[str, Any] | None:
    """Return the book of the outcome at this place, None if there is none.

    Closed markets have none. Of those that were never traded, some have none, and others an empty
    one.
    """
    if not has_book(asked, now):
        return None
    book = no_book(asked, now) if place else yes_book(asked, now)
    quote = asked.quote(now)
    row = {
        "market": asked.condition_id_at(now),
        "asset_id": asked.tokens[place],
        "timestamp": str(_changed_at(asked, now)),
        "bids": _side(book.bids),
        "asks": _side(book.asks),
        "min_order_size": "5",
        "tick_size": decimal_text(quote.tick / DOLLAR),
        "neg_risk": topic.neg_risk,
        "last_trade_price": _last_trade_price(asked, now),
    }
    digest = sha1(json.dumps(row).encode(), usedforsecurity=False).hexdigest()
    return {**row, "hash": digest}


def has_book(asked: Question, now: datetime) -> bool:
    if asked.closed(now) or not asked.has_identity:
        return False
    if Oddity.WITHOUT_BOOK not in asked.oddities:
        return True
    return not asked.placeholder and unit(f"{asked.market_id}:empty book") < 1 / 2


def _side(levels: Iterable[Level]) -> list[dict[str, str]]:
    rows = [{"price": _exact(level.price), "size": _exact(level.shares)} for level in levels]
    return rows[::-1]


def _changed_at(asked: Question, now: datetime) -> int:
    """Return the Unix milliseconds of the last change, some moment of the last step."""
    ago = unit(f"{asked.market_id}:{now.isoformat()}:changed") * STEP.total_seconds() / 10
    return int((now.timestamp() - ago) * 1000)


def _last_trade_price(asked: Question, now: datetime) -> str:
    """Return YES's last price, in both books; empty before the first trade."""
    quote = asked.quote(now)
    if quote.is_empty or Oddity.NEVER_TRADED in asked.oddities:
        return ""
    decimals = 2 if quote.tick == COARSE else 3
    return f"{(quote.bid or quote.ask) / DOLLAR:.{decimals}f}"


def _exact(number: Decimal) -> str:
    return f"{number.normalize():f}"
