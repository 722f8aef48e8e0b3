"""Exits against the tape: price, proceeds and fee of each sale and settlement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from prescient.core.accounting.entries import fee_unseen
from prescient.core.accounting.findings import Finding, Reason, Unseen, compare, within
from prescient.core.accounting.seen import Seen
from prescient.core.market.books import Level
from prescient.core.market.fills import Evidence, Match, depth, notional, walk
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import PRICE_STEP, ZERO, cents_down, price_half_up
from prescient.core.portfolio.positions import ExitKind

PRICE_RULE = "6: exit price = what was bid"


class ExitSeen(NamedTuple):
    """An exit, and what could be sold into: the bids that it noted itself, or those of its batch.

    Dollars, shares and prices 0–1. `received` is what the ledger says, None without an entry.
    `position_price` is the exit price of the position where this is its last exit.
    """

    portfolio_id: int
    position_id: int
    exit_id: int
    inherited: bool
    kind: str
    shares: Decimal
    price: Decimal
    proceeds: Decimal
    fee: Decimal
    evidence: str | None
    received: Decimal | None
    position_price: Decimal | None
    matches: Sequence[Match] | None
    shared_depth: bool
    seen: Seen | None
    schedule: FeeSchedule

    @property
    def subject(self) -> str:
        return f"portfolio {self.portfolio_id} exit {self.exit_id}"


def exit_findings(made: ExitSeen) -> Iterator[Finding]:
    """What of an exit cannot be rebuilt from the tape and the ledger."""
    if made.inherited:
        yield Unseen(PRICE_RULE, Reason.SCHEMA_V1)
        return
    lowest, highest = (
        cents_down(made.shares * (made.price + half_step))
        for half_step in (-PRICE_STEP / 2, PRICE_STEP / 2)
    )
    rule = "6: proceeds of an exit = shares × price"
    yield from within(rule, made.proceeds, max(lowest, ZERO), highest, made.subject)
    if made.received is not None:
        rule = "6: fee of an exit = proceeds − cash received"
        yield from compare(rule, made.fee, made.proceeds - made.received, made.subject)
    if made.position_price is not None:
        rule = "6: a position's exit price is its last exit's"
        subject = f"portfolio {made.portfolio_id} position {made.position_id}"
        yield from compare(rule, made.position_price, made.price, subject)
    if made.kind == ExitKind.SETTLEMENT:
        yield from _settled(made)
    elif made.kind != ExitKind.WRITE_OFF:
        yield from _sold(made)


def _settled(made: ExitSeen) -> Iterator[Finding]:
    if made.seen is None or made.seen.payout is None:
        yield Unseen(PRICE_RULE, Reason.TAPE_GONE)
    else:
        rule = "6: exit price = payout"
        yield from compare(rule, made.price, made.seen.payout, made.subject)


def _sold(made: ExitSeen) -> Iterator[Finding]:
    """The sale is walked again down the bids that it took.

    Of bids that portfolios share, any may have been left when this one sold.
    """
    matches = made.matches or _walked(made)
    if made.shared_depth and matches:
        yield from within(PRICE_RULE, made.price, matches[-1][0], matches[0][0], made.subject)
        return
    if not matches:
        yield Unseen(PRICE_RULE, Reason.TAPE_GONE)
        return
    sold = depth([Level(price, shares) for price, shares in matches])
    dollars = notional(matches)
    yield from compare("6: shares of an exit = bids taken", made.shares, sold, made.subject)
    yield from compare(PRICE_RULE, made.price, price_half_up(dollars / sold), made.subject)
    rule = "6: proceeds of an exit = what was bid"
    yield from compare(rule, made.proceeds, cents_down(dollars), made.subject)
    if made.fee < made.proceeds:
        yield from fee_unseen("6: fee of an exit", made.fee, made.schedule, matches)


def _walked(made: ExitSeen) -> Sequence[Match]:
    levels = made.seen.wanted(made.evidence) if made.seen else None
    if not levels:
        return ()
    if made.evidence == Evidence.BOOK:
        return walk(levels, depth(levels) if made.shared_depth else made.shares)
    return ((levels[0].price, made.shares),)
