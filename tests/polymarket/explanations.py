"""Why our reading of a row differs from the official client's: every kind of difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.money import PRICE_STEP
from tests.polymarket.oracle import READ, ROW, Difference, Kind


@dataclass(frozen=True, slots=True)
class Explanation:
    """`holds` says whether a difference is of this kind, `why` why we read it in our way."""

    holds: Callable[[Difference], bool]
    why: str


def _skipped(difference: Difference, reason: str) -> bool:
    return (difference.field, difference.ours, difference.theirs) == (ROW, reason, READ)


def _is_placeholder(difference: Difference) -> bool:
    is_asleep = difference.row.get("active") is False and not difference.row.get("closed")
    return _skipped(difference, "placeholder") and is_asleep


def _is_without_prices(difference: Difference) -> bool:
    empty = difference.row.get("bestBid", 0) == 0 and difference.row.get("bestAsk", 1) == 1
    return (
        _skipped(difference, "without_prices") and "outcomePrices" not in difference.row and empty
    )


def _is_quote_of_closed(difference: Difference) -> bool:
    is_quote = difference.field in ("quote.bid", "quote.ask")
    return is_quote and difference.row.get("closed") is True and difference.ours is None


def _is_missing_bid(difference: Difference) -> bool:
    is_live = difference.row.get("closed") is False and "bestBid" not in difference.row
    return (
        difference.field == "quote.bid"
        and is_live
        and (difference.ours, difference.theirs) == (0, None)
    )


def _is_listing_event(difference: Difference) -> bool:
    return (
        difference.field == "event_id"
        and "events" not in difference.row
        and difference.theirs is None
    )


def _is_without_fees(difference: Difference) -> bool:
    nothing = {"fee.rate": 0, "fee.exponent": 1}
    says_nothing = "feeSchedule" not in difference.row and not difference.row.get("feesEnabled")
    return (
        says_nothing
        and difference.theirs is None
        and nothing.get(difference.field) == difference.ours
    )


def _is_missing_amount(difference: Difference) -> bool:
    key = {"liquidity": "liquidityNum", "volume": "volumeNum", "volume_24h": "volume24hr"}
    if difference.kind is Kind.EVENT:
        key |= {"liquidity": "liquidity", "volume": "volume"}
    is_missing = difference.field in key and key[difference.field] not in difference.row
    return is_missing and (difference.ours, difference.theirs) == (0, None)


def _is_missing_flag(difference: Difference) -> bool:
    key = {
        "neg_risk": "negRisk",
        "neg_risk_augmented": "negRiskAugmented",
        "accepting_orders": "acceptingOrders",
    }
    is_missing = difference.field in key and key[difference.field] not in difference.row
    return is_missing and difference.ours is False and difference.theirs is None


def _is_default_tick(difference: Difference) -> bool:
    is_missing = difference.field == "tick_size" and "orderPriceMinTickSize" not in difference.row
    return is_missing and (difference.ours, difference.theirs) == (Decimal("0.01"), None)


def _is_blank_around(difference: Difference) -> bool:
    texts = isinstance(difference.ours, str) and isinstance(difference.theirs, str)
    return (
        difference.field in ("title", "question")
        and texts
        and difference.ours == str(difference.theirs).strip()
    )


def _is_six_decimals(difference: Difference) -> bool:
    numbers = isinstance(difference.ours, Decimal) and isinstance(difference.theirs, Decimal)
    return (
        difference.field in ("yes_price", "no_price")
        and numbers
        and abs(Decimal(str(difference.ours)) - Decimal(str(difference.theirs))) < PRICE_STEP
    )


def _is_best_first(difference: Difference) -> bool:
    if not (isinstance(difference.ours, tuple) and isinstance(difference.theirs, tuple)):
        return False
    return difference.kind is Kind.BOOK and difference.ours == difference.theirs[::-1]


EXPLANATIONS = {
    "placeholder": Explanation(
        _is_placeholder, "neither active nor closed: it cannot be traded, so it is skipped"
    ),
    "without prices": Explanation(
        _is_without_prices, "live, with an empty book and no outcome prices: nothing to mark by"
    ),
    "quote of a closed market": Explanation(
        _is_quote_of_closed, "its last quote stays in the row, but cannot be traded at: no quote"
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
    "six decimals": Explanation(
        _is_six_decimals, "a price has six decimals, and is never rounded to 0, a half or 1"
    ),
    "best first": Explanation(
        _is_best_first, "the exchange sends the best level last; our books begin with it"
    ),
}


def kinds(difference: Difference) -> list[str]:
    """The kinds that a difference is of: exactly one if it is explained."""
    return [name for name, explanation in EXPLANATIONS.items() if explanation.holds(difference)]
