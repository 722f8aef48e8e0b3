"""Why our reading of a row differs from the official client's: every kind of difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.polymarket.oracle import READ, ROW, Difference, Kind


@dataclass(frozen=True, slots=True)
class Explanation:
    """`holds` says whether a difference is of this kind, `why` why we read it in our way."""

    holds: Callable[[Difference], bool]
    why: str


def _skipped(one: Difference, reason: str) -> bool:
    return (one.field, one.ours, one.theirs) == (ROW, reason, READ)


def _is_placeholder(one: Difference) -> bool:
    is_asleep = one.row.get("active") is False and not one.row.get("closed")
    return _skipped(one, "placeholder") and is_asleep


def _is_without_prices(one: Difference) -> bool:
    empty = one.row.get("bestBid", 0) == 0 and one.row.get("bestAsk", 1) == 1
    return _skipped(one, "without_prices") and "outcomePrices" not in one.row and empty


def _is_quote_of_closed(one: Difference) -> bool:
    is_quote = one.field in ("quote.bid", "quote.ask")
    return is_quote and one.row.get("closed") is True and one.ours is None


def _is_missing_bid(one: Difference) -> bool:
    is_live = one.row.get("closed") is False and "bestBid" not in one.row
    return one.field == "quote.bid" and is_live and (one.ours, one.theirs) == (0, None)


def _is_listing_event(one: Difference) -> bool:
    return one.field == "event_id" and "events" not in one.row and one.theirs is None


def _is_without_fees(one: Difference) -> bool:
    nothing = {"fee.rate": 0, "fee.exponent": 1}
    says_nothing = "feeSchedule" not in one.row and not one.row.get("feesEnabled")
    return says_nothing and one.theirs is None and nothing.get(one.field) == one.ours


def _is_missing_amount(one: Difference) -> bool:
    key = {"liquidity": "liquidityNum", "volume": "volumeNum", "volume_24h": "volume24hr"}
    if one.kind is Kind.EVENT:
        key |= {"liquidity": "liquidity", "volume": "volume"}
    is_missing = one.field in key and key[one.field] not in one.row
    return is_missing and (one.ours, one.theirs) == (0, None)


def _is_missing_flag(one: Difference) -> bool:
    key = {
        "neg_risk": "negRisk",
        "neg_risk_augmented": "negRiskAugmented",
        "accepting_orders": "acceptingOrders",
    }
    is_missing = one.field in key and key[one.field] not in one.row
    return is_missing and one.ours is False and one.theirs is None


def _is_default_tick(one: Difference) -> bool:
    is_missing = one.field == "tick_size" and "orderPriceMinTickSize" not in one.row
    return is_missing and (one.ours, one.theirs) == (Decimal("0.01"), None)


def _is_blank_around(one: Difference) -> bool:
    texts = isinstance(one.ours, str) and isinstance(one.theirs, str)
    return one.field in ("title", "question") and texts and one.ours == str(one.theirs).strip()


def _is_best_first(one: Difference) -> bool:
    if not (isinstance(one.ours, tuple) and isinstance(one.theirs, tuple)):
        return False
    return one.kind is Kind.BOOK and one.ours == one.theirs[::-1]


EXPLANATIONS = {
    "placeholder": Explanation(
        _is_placeholder, "neither active nor closed: nobody can trade it, so it is skipped"
    ),
    "without prices": Explanation(
        _is_without_prices, "live, with an empty book and no outcome prices: nothing to mark by"
    ),
    "quote of a closed market": Explanation(
        _is_quote_of_closed, "its last quote stays in the row, but nobody can trade at it: no quote"
    ),
    "missing bid": Explanation(_is_missing_bid, "an absent bid is an empty side: 0, not unknown"),
    "listing event": Explanation(
        _is_listing_event, "a market in an event's list does not name its event; we know it"
    ),
    "no fee schedule": Explanation(
        _is_without_fees, "fees are off and no schedule is given: rate 0, and exponent 1 by default"
    ),
    "missing amount": Explanation(
        _is_missing_amount, "an absent amount is 0 dollars, which no filter admits"
    ),
    "missing flag": Explanation(_is_missing_flag, "an absent flag is false"),
    "default tick": Explanation(_is_default_tick, "an absent tick is 0.01, as it was before ticks"),
    "blanks": Explanation(_is_blank_around, "blanks around a text are cut off"),
    "best first": Explanation(
        _is_best_first, "the exchange sends the best level last; our books begin with it"
    ),
}


def kinds(one: Difference) -> list[str]:
    """The kinds that a difference is of: one, if it is explained."""
    return [name for name, explanation in EXPLANATIONS.items() if explanation.holds(one)]
