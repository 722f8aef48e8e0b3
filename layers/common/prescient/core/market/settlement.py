"""When and at what a market pays (`shared/polymarket/API.md`, Resolution)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from prescient.core.market.markets import PENDING, Outcome, ResolutionStatus
from prescient.core.money import ONE, ZERO

# Only what reads the exchange makes these; at a sale nothing else needs their module.
if TYPE_CHECKING:
    from prescient.core.market.listed import Market

HALF = Decimal("0.5")


class ResolutionFlag(StrEnum):
    """Why a market is not paid yet: all but `disputed` once it has closed."""

    OUTCOME_PROPOSED = "outcome_proposed"
    DISPUTED = "disputed"
    ODD_RESOLUTION = "odd_resolution"


class Resolution(NamedTuple):
    """What a share of YES pays in dollars (1, 0 or 0.5), or why it is not known."""

    yes_payout: Decimal | None = None
    flag: ResolutionFlag | None = None


_OPEN = Resolution()


def needs_confirmation(market: Market) -> bool:
    """Whether it closed at half each and no source has confirmed that as its resolution."""
    if not market.closed:
        return False
    half_each = (market.yes_price, market.no_price) == (HALF, HALF)
    settled = market.resolution_status == ResolutionStatus.RESOLVED
    return half_each and not settled and not is_pending(market.resolution_status)


def is_pending(status: str | None) -> bool:
    """Whether an outcome is proposed and may still be reversed."""
    return status in PENDING


def resolution(market: Market, *, half_confirmed: bool = False) -> Resolution:
    """The market's resolution; empty while it is open.

    Pays on outcome prices of exactly {0, 1}; on 0.5/0.5 only when the oracle says resolved, or the
    CLOB does (`half_confirmed`); everything else that is closed stays unpaid and flagged, and so
    does what is pending, whatever the prices say. The larger price never wins.
    """
    status = market.resolution_status
    if status in (ResolutionStatus.DISPUTED, ResolutionStatus.CHALLENGED):
        return Resolution(flag=ResolutionFlag.DISPUTED)
    if not market.closed:
        return _OPEN
    if status == ResolutionStatus.PROPOSED:
        return Resolution(flag=ResolutionFlag.OUTCOME_PROPOSED)
    prices = (market.yes_price, market.no_price)
    if prices in ((ONE, ZERO), (ZERO, ONE)):
        return Resolution(yes_payout=market.yes_price)
    sure = half_confirmed or status == ResolutionStatus.RESOLVED
    if prices == (HALF, HALF) and sure:
        return Resolution(yes_payout=HALF)
    return Resolution(flag=ResolutionFlag.ODD_RESOLUTION)


def payout(yes_payout: Decimal, outcome: Outcome) -> Decimal:
    """What a share of `outcome` pays, in dollars."""
    return yes_payout if outcome is Outcome.YES else ONE - yes_payout
