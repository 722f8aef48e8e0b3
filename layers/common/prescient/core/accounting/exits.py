"""Exits against the tape: price, proceeds and fee of each sale and settlement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from prescient.core.accounting.entries import fee_unseen
from prescient.core.accounting.findings import Break, Finding, Reason, Unseen, compare, within
from prescient.core.accounting.seen import Seen
from prescient.core.market.fills import Evidence, depth, notional, walk
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import PRICE_STEP, ZERO, cents_down, price_half_up
from prescient.core.portfolio.positions import ExitKind

PRICE_RULE = "6: exit price = what was bid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitSeen:
    """An exit, and what could be sold into: its batch, or the latest ones for a sale by hand.

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
    seen: Sequence[Seen]
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
    yield from _settled(made) if made.kind == ExitKind.SETTLEMENT else _sold(made)


def _settled(made: ExitSeen) -> Iterator[Finding]:
    paid = [seen.payout for seen in made.seen]
    if not paid:
        yield Unseen(PRICE_RULE, Reason.TAPE_GONE)
    elif made.price not in paid:
        yield Break("6: exit price = payout", made.subject, str(made.price), str(paid[0]))


def _sold(made: ExitSeen) -> Iterator[Finding]:
    """The sale is walked again down the bids, one of those that it can have seen."""
    possible = []
    for seen in made.seen:
        levels = seen.wanted(made.evidence)
        if not levels:
            continue
        if made.evidence == Evidence.BOOK and depth(levels) >= made.shares:
            matches = walk(levels, made.shares)
        else:
            matches = ((levels[0].price, made.shares),)
        if made.price == price_half_up(notional(matches) / made.shares):
            yield from _walked(made, matches)
            return
        possible.append(price_half_up(notional(matches) / made.shares))
    if possible:
        yield Break(PRICE_RULE, made.subject, str(made.price), str(possible[0]))
    else:
        yield Unseen(PRICE_RULE, Reason.TAPE_GONE)


def _walked(made: ExitSeen, matches: tuple[tuple[Decimal, Decimal], ...]) -> Iterator[Finding]:
    rule = "6: proceeds of an exit = what was bid"
    yield from compare(rule, made.proceeds, cents_down(notional(matches)), made.subject)
    if made.fee < made.proceeds:
        yield from fee_unseen("6: fee of an exit", made.fee, made.schedule, matches)
