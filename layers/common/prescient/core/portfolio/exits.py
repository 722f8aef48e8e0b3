"""Stop-loss and take-profit: at which bid a position closes, and which exit is due."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from prescient.core.market.markets import FeeSchedule
from prescient.core.market.settlement import payout
from prescient.core.money import PRICE_STEP, ZERO
from prescient.core.portfolio.positions import Exit, ExitKind, Holding, sell, settle

HIGHEST_TAKE_PROFIT = Decimal("0.99")


@dataclass(frozen=True, slots=True)
class Triggers:
    """Bids 0–1 of the held outcome at which a position closes; None where switched off."""

    stop_loss_bid: Decimal | None
    take_profit_bid: Decimal | None


@dataclass(frozen=True, slots=True)
class PricedHolding:
    """An open position with its triggers and what the newest batch says of its outcome.

    `yes_payout` is set once the market is resolved.
    """

    holding: Holding
    triggers: Triggers
    bid: Decimal
    yes_payout: Decimal | None
    fee: FeeSchedule
    tradable: bool


def triggers(
    entry_price: Decimal,
    entry_bid: Decimal,
    stop_loss_percentage: Decimal | None,
    take_profit_percentage: Decimal | None,
    *,
    group_id: str | None = None,
) -> Triggers:
    """Where a position bought at `entry_price` with bid `entry_bid` stops or takes its profit.

    Stop: (bid − bid at entry) / entry ≤ −stop. Take-profit: the bid reaches
    min(entry × (1 + take-profit), 0.99). A stop that the bid could only reach at 0 never fires:
    without a bid there is no sale. The legs of a group have neither: to close one of them alone
    would break what they guarantee together.
    """
    stop = take = None
    if group_id is not None:
        return Triggers(None, None)
    if stop_loss_percentage is not None:
        level = entry_bid - entry_price * stop_loss_percentage
        stop = max(level, ZERO).quantize(PRICE_STEP, ROUND_FLOOR)
    if take_profit_percentage is not None:
        level = min(entry_price * (1 + take_profit_percentage), HIGHEST_TAKE_PROFIT)
        take = level.quantize(PRICE_STEP, ROUND_CEILING)
    return Triggers(stop, take)


def due_exit(priced: PricedHolding) -> Exit | None:
    """The exit that is due now: settlement, else stop-loss, else take-profit, else none."""
    holding, bid = priced.holding, priced.bid
    if priced.yes_payout is not None:
        return settle(holding, payout(priced.yes_payout, holding.outcome))
    if bid <= ZERO or not priced.tradable:
        return None
    stop, take = priced.triggers.stop_loss_bid, priced.triggers.take_profit_bid
    if stop is not None and bid <= stop:
        return sell(holding, ExitKind.STOP_LOSS, [(bid, holding.shares)], priced.fee)
    if take is not None and bid >= take:
        return sell(holding, ExitKind.TAKE_PROFIT, [(bid, holding.shares)], priced.fee)
    return None
