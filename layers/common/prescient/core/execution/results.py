"""The result of an order: a fill, or a rejection with its reason (docs/accounting.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from prescient.core.execution.orders import BuyOrder, Order, SellOrder
from prescient.core.market.fills import Fill
from prescient.core.portfolio.exits import Triggers
from prescient.core.portfolio.positions import Exit


class Rejection(StrEnum):
    """Why a signal did not execute: a result, not an error."""

    PORTFOLIO_NOT_ACTIVE = "portfolio_not_active"
    MARKET_CLOSED = "market_closed"
    IDENTITY_CHANGED = "identity_changed"
    OUTCOME_PROPOSED = "outcome_proposed"
    MARKET_ENDED = "market_ended"
    ALREADY_HELD = "already_held"
    STALE_QUOTE = "stale_quote"
    NO_QUOTE = "no_quote"
    SPREAD_EXCEEDS_STOP = "spread_exceeds_stop"
    SLIPPAGE = "slippage"
    BELOW_MINIMUM = "below_minimum"
    MAX_POSITIONS = "max_positions"
    MAX_POSITION_SIZE = "max_position_size"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    MAX_TOTAL_EXPOSURE = "max_total_exposure"
    EVENT_EXPOSURE_CAP = "event_exposure_cap"
    MARKET_EXPOSURE_CAP = "market_exposure_cap"
    TOTAL_CAPITAL_CAP = "total_capital_cap"
    INCOMPLETE_LEGS = "incomplete_legs"


class Bought(NamedTuple):
    """A filled buy order, with the triggers of the position that it opens."""

    order: BuyOrder
    fill: Fill
    triggers: Triggers


class Sold(NamedTuple):
    """A filled sell order: the shares that left its position."""

    order: SellOrder
    exit: Exit


class Rejected(NamedTuple):
    """An order that changed nothing."""

    order: Order
    reason: Rejection


Result = Bought | Sold | Rejected
