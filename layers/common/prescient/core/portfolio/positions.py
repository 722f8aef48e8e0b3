"""Positions and what closing them brings (docs/accounting.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.errors import InvalidRequest
from prescient.core.market.fees import taker_fee
from prescient.core.market.fills import Evidence, Match, notional
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome
from prescient.core.money import SHARE_STEP, cents_down, cents_half_up, plain, price_half_up


class Action(StrEnum):
    """What a signal asks for."""

    BUY_YES = "buy_yes"
    BUY_NO = "buy_no"
    SELL_YES = "sell_yes"
    SELL_NO = "sell_no"

    def __init__(self, text: str) -> None:
        side, _, outcome = text.partition("_")
        self.is_buy = side == "buy"
        self.outcome = Outcome(outcome)


class ExitKind(StrEnum):
    """Why shares of a position left the portfolio."""

    SELL = "sell"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    SETTLEMENT = "settlement"
    MANUAL = "manual"
    WRITE_OFF = "write_off"


class PositionStatus(StrEnum):
    """A position is `open` while it holds shares; its trade has the same status."""

    OPEN = "open"
    CLOSED = "closed"


class PositionFlag(StrEnum):
    """Why an open position is not marked, or not paid, as others are; the first that holds.

    Those of a market's resolution (`ResolutionFlag`) come last.
    """

    UNKNOWN_SHARES = "unknown_shares"
    IDENTITY_CHANGED = "identity_changed"
    NOT_LISTED = "not_listed"
    EXCHANGE_ERROR = "exchange_error"
    INACTIVE = "inactive"
    UNREADABLE_PRICES = "unreadable_prices"
    UNREADABLE_ROW = "unreadable_row"


class Holding(NamedTuple):
    """An open position: `shares` still held and their `cost_basis` in dollars, fees included.

    Of some that schema v1 left the shares are unknown: 0.
    """

    position_id: int
    portfolio_id: int
    market_id: MarketId
    outcome: Outcome
    shares: Decimal
    cost_basis: Decimal


class ByHand(NamedTuple):
    """What an exit by hand records besides: who ordered it, and why.

    `quoted_at` is when the bids were shown that a sale took as `matches`; no batch of the tape
    has them.
    """

    ordered_by: str
    reason: str | None = None
    quoted_at: datetime | None = None
    matches: tuple[Match, ...] = ()


class Exit(NamedTuple):
    """Shares that left a position. Money is dollars in whole cents, `price` 0–1.

    `cost_basis` is that of the shares sold; `realized_pnl` = proceeds − fee − cost basis.
    """

    holding: Holding
    kind: ExitKind
    shares: Decimal
    price: Decimal
    proceeds: Decimal
    fee: Decimal
    cost_basis: Decimal
    evidence: Evidence | None = None
    by_hand: ByHand | None = None

    @property
    def shares_left(self) -> Decimal:
        """What the position holds after it."""
        return self.holding.shares - self.shares

    @property
    def realized_pnl(self) -> Decimal:
        return self.proceeds - self.fee - self.cost_basis

    @property
    def cash(self) -> Decimal:
        return self.proceeds - self.fee

    @property
    def source(self) -> str:
        """The key of this exit, unique in its portfolio, so that a retry cannot repeat it."""
        return f"exit:{self.holding.position_id}:{self.kind}:{self.holding.shares}"


def check_sale(sold: Decimal, held: Decimal) -> None:
    """Raise `InvalidRequest` unless `sold` is a number of whole hundredths within `held` shares."""
    if not sold.is_finite() or not 0 < sold <= held:
        raise InvalidRequest(f"shares: {sold} must be above 0 and at most the {plain(held)} held")
    if sold != held and sold % SHARE_STEP:
        raise InvalidRequest(f"shares: {sold} has more than two decimals")


def sold_basis(cost_basis: Decimal, held: Decimal, sold: Decimal) -> Decimal:
    """The part of a position's cost basis (dollars) that leaves with `sold` of `held` shares.

    The last exit takes the rest, so that parts always add up to the whole.
    """
    return cost_basis if sold == held else cents_half_up(cost_basis * sold / held)


def sell(
    holding: Holding,
    kind: ExitKind,
    matches: Sequence[Match],
    schedule: FeeSchedule,
    evidence: Evidence = Evidence.QUOTE,
    *,
    by_hand: ByHand | None = None,
) -> Exit:
    """Sell the shares of `matches`; the fee never exceeds the proceeds, so cash never falls.

    Raises `InvalidRequest` as `check_sale` does.
    """
    shares = sum((matched for _, matched in matches), Decimal(0))
    check_sale(shares, holding.shares)
    basis = sold_basis(holding.cost_basis, holding.shares, shares)
    dollars = notional(matches)
    proceeds = cents_down(dollars)
    return Exit(
        holding=holding,
        kind=kind,
        shares=shares,
        price=price_half_up(dollars / shares),
        proceeds=proceeds,
        fee=min(taker_fee(schedule, matches), proceeds),
        cost_basis=basis,
        evidence=evidence,
        by_hand=by_hand,
    )


def settle(holding: Holding, payout: Decimal) -> Exit:
    """Redeem all shares at `payout` dollars each (1, 0 or 0.5); redemption carries no fee."""
    return Exit(
        holding=holding,
        kind=ExitKind.SETTLEMENT,
        shares=holding.shares,
        price=payout,
        proceeds=cents_down(holding.shares * payout),
        fee=Decimal(0),
        cost_basis=holding.cost_basis,
    )


def write_off(holding: Holding, by_hand: ByHand) -> Exit:
    """Give all shares up for nothing, also where they are unknown: what they cost is lost."""
    return Exit(
        holding=holding,
        kind=ExitKind.WRITE_OFF,
        shares=holding.shares,
        price=Decimal(0),
        proceeds=Decimal(0),
        fee=Decimal(0),
        cost_basis=holding.cost_basis,
        by_hand=by_hand,
    )
