"""Stop-loss and take-profit: at which bid a position closes, and which exit is due."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, NamedTuple

from prescient.core.market.bids import Bids
from prescient.core.market.books import Level
from prescient.core.market.fees import fee_per_share
from prescient.core.market.fills import walk
from prescient.core.market.markets import FeeSchedule, MarketId, Outcome, Quote
from prescient.core.market.marks import is_trusted
from prescient.core.market.settlement import payout
from prescient.core.money import ONE, PRICE_STEP, ZERO
from prescient.core.portfolio.positions import Exit, ExitKind, Holding, sell, settle

# Only what reads the exchange makes these; at a sale nothing else needs their module.
if TYPE_CHECKING:
    from prescient.core.market.listed import Market

HIGHEST_TAKE_PROFIT = Decimal("0.99")


class Triggers(NamedTuple):
    """Bids 0–1 of the held outcome at which a position closes; None where switched off."""

    stop_loss_bid: Decimal | None
    take_profit_bid: Decimal | None

    def met_by(self, quote: Quote | None) -> ExitKind | None:
        """The exit that a listed quote calls for: stop-loss, else take-profit, else none.

        One without a bid, or that the mark does not trust, calls for none.
        """
        if quote is None or not quote.has_bid:
            return None
        kind = self._met_at(quote.bid)
        return kind if kind is not None and is_trusted(quote) else None

    def _met_at(self, bid: Decimal) -> ExitKind | None:
        if self.stop_loss_bid is not None and bid <= self.stop_loss_bid:
            return ExitKind.STOP_LOSS
        if self.take_profit_bid is not None and bid >= self.take_profit_bid:
            return ExitKind.TAKE_PROFIT
        return None


class HeldOutcome(NamedTuple):
    """An outcome that portfolios hold, with their highest stop and their lowest take-profit."""

    market_id: MarketId
    outcome: Outcome
    triggers: Triggers


class PricedHolding(NamedTuple):
    """An open position with its triggers and what a batch saw of the outcome that it holds.

    The listed `quote` triggers an exit, `bids` price it: those of the book where it was fetched.
    `yes_payout` is set once the market is resolved.
    """

    holding: Holding
    triggers: Triggers
    quote: Quote | None
    bids: Bids
    yes_payout: Decimal | None
    fee: FeeSchedule
    tradable: bool


def triggers(
    entry_price: Decimal,
    entry_bid: Decimal,
    stop_loss_percentage: Decimal | None,
    take_profit_percentage: Decimal | None,
    *,
    tick_size: Decimal,
    fee: FeeSchedule,
    group_id: str | None = None,
) -> Triggers:
    """Where a position bought at `entry_price` with bid `entry_bid` stops or takes its profit.

    Stop: (bid − bid at entry) / entry ≤ −stop, and at least a tick below the bid at entry. A stop
    that the bid could only reach at 0 never fires: without a bid there is no sale.
    Take-profit: the bid reaches min(entry × (1 + take-profit), 0.99), and pays for a tick and the
    fees of both sides.
    The legs of a group have neither: to close one of them alone would break what they guarantee
    together.
    """
    stop = take = None
    if group_id is not None:
        return Triggers(None, None)
    if stop_loss_percentage is not None:
        level = entry_bid - max(entry_price * stop_loss_percentage, tick_size)
        stop = max(level, ZERO).quantize(PRICE_STEP, ROUND_FLOOR)
    if take_profit_percentage is not None:
        level = min(entry_price * (1 + take_profit_percentage), HIGHEST_TAKE_PROFIT)
        take = _profitable(level, entry_price, tick_size, fee)
    return Triggers(stop, take)


def due_outcomes(
    held: Iterable[HeldOutcome], shown: Mapping[MarketId, Market]
) -> Iterator[HeldOutcome]:
    """The outcomes at whose listed quotes some position may close: their books are of interest."""
    for outcome in held:
        market = shown.get(outcome.market_id)
        if market is None or not market.is_tradable:
            continue
        if outcome.triggers.met_by(market.quote and market.quote.of(outcome.outcome)):
            yield outcome


def due_exit(priced: PricedHolding) -> Exit | None:
    """The exit that is due now: settlement, else stop-loss, else take-profit, else none.

    It takes what is bid for: a thin market closes a position in part. A take-profit is no sale at
    a loss: it takes no bid below its trigger, and waits where the roundings of a small sale would
    eat its profit.
    """
    holding = priced.holding
    if priced.yes_payout is not None:
        return settle(holding, payout(priced.yes_payout, holding.outcome))
    kind = priced.triggers.met_by(priced.quote)
    if kind is None or not priced.tradable:
        return None
    matches = walk(_taken(kind, priced), holding.shares)
    if not matches:
        return None
    made = sell(holding, kind, matches, priced.fee, priced.bids.evidence)
    return None if kind is ExitKind.TAKE_PROFIT and made.realized_pnl < ZERO else made


def _taken(kind: ExitKind, priced: PricedHolding) -> tuple[Level, ...]:
    worst = priced.triggers.take_profit_bid
    if kind is ExitKind.TAKE_PROFIT and worst is not None:
        return priced.bids.at_least(worst)
    return priced.bids.levels


def _profitable(
    level: Decimal, entry_price: Decimal, tick_size: Decimal, fee: FeeSchedule
) -> Decimal | None:
    """`level`, or the least bid above it that pays for a tick and both fees; None if none below 1.

    The fee of the sale depends on its price, in such a way that above a bid that pays all others
    do: `bid − fee(bid)` rises, or falls at first and never again.
    """
    cost = entry_price + tick_size + fee_per_share(fee, entry_price)

    def pays(bid: Decimal) -> bool:
        return bid - fee_per_share(fee, bid) >= cost

    lowest = max(level, entry_price).quantize(PRICE_STEP, ROUND_CEILING)
    if lowest < ONE and pays(lowest):
        return lowest
    above = range(int(lowest / PRICE_STEP) + 1, int(ONE / PRICE_STEP))
    place = bisect_left(above, True, key=lambda steps: pays(steps * PRICE_STEP))
    return above[place] * PRICE_STEP if place < len(above) else None
