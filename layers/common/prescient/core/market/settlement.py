"""When and at what a market pays (`shared/polymarket/API.md`, Resolution)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from prescient.core.market.markets import Market, Outcome
from prescient.core.money import ONE, ZERO

HALF = Decimal("0.5")


class ResolutionFlag(StrEnum):
    """Why a closed market is not paid yet."""

    DISPUTED = "disputed"
    ODD_RESOLUTION = "odd_resolution"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a share of YES pays in dollars (1, 0 or 0.5), or why it is not known."""

    yes_payout: Decimal | None = None
    flag: ResolutionFlag | None = None


def needs_confirmation(market: Market) -> bool:
    """Whether it closed at half each and no source has confirmed that as its resolution."""
    half_each = (market.yes_price, market.no_price) == (HALF, HALF)
    return market.closed and half_each and market.resolution_status not in ("resolved", "disputed")


def resolution(market: Market, *, half_confirmed: bool = False) -> Resolution:
    """The market's resolution; empty while it is open.

    Pays on outcome prices of exactly {0, 1}; on 0.5/0.5 only when the oracle says resolved, or the
    CLOB does (`half_confirmed`); everything else that is closed stays unpaid and flagged. The
    larger price never wins.
    """
    if market.resolution_status == "disputed":
        return Resolution(flag=ResolutionFlag.DISPUTED)
    if not market.closed:
        return Resolution()
    prices = (market.yes_price, market.no_price)
    if prices in ((ONE, ZERO), (ZERO, ONE)):
        return Resolution(yes_payout=market.yes_price)
    sure = half_confirmed or market.resolution_status == "resolved"
    if prices == (HALF, HALF) and sure:
        return Resolution(yes_payout=HALF)
    return Resolution(flag=ResolutionFlag.ODD_RESOLUTION)


def payout(yes_payout: Decimal, outcome: Outcome) -> Decimal:
    """What a share of `outcome` pays, in dollars."""
    return yes_payout if outcome is Outcome.YES else ONE - yes_payout
