"""Entries against the tape: price, amount, fee and triggers of each buy and of its position."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from prescient.core.accounting.findings import Finding, Reason, Unseen, compare, within
from prescient.core.accounting.seen import Seen
from prescient.core.market.books import beyond
from prescient.core.market.fees import fee_per_share, taker_fee
from prescient.core.market.fills import Match, depth, notional, walk
from prescient.core.market.markets import FeeSchedule
from prescient.core.money import CENT, ONE, PRICE_STEP, ZERO, cents_up, price_half_up
from prescient.core.portfolio.exits import Triggers, triggers

PRICE_RULE = "6: entry price = what its batch offered"
TICK_SIZES = (Decimal("0.1"), Decimal("0.01"), Decimal("0.001"), Decimal("0.0001"))
"""A market's tick becomes finer as its price nears 0 or 1; the tape does not keep it."""
AVERAGE_PRICE_ERROR = Decimal("0.001")
"""By how much of itself the fee at the average price may differ from that over the levels."""


class EntryRecord(NamedTuple):
    """A trade, what its position repeats of it, and what the batch of its cycle saw.

    Dollars, shares and prices 0–1. `paid` is what the ledger says, None without an entry; `seen`
    is None where the tape is gone. `taken` shares of its offers were gone already, where the cycle
    shared depth, None where that is unknown. `schedule` is the market's fee of today, `tick_size`
    its tick (0–1).
    """

    portfolio_id: int
    trade_id: str
    inherited: bool
    shares: Decimal | None
    amount: Decimal
    fee: Decimal
    entry_price: Decimal
    evidence: str | None
    paid: Decimal | None
    target_price: Decimal | None
    signal_price: Decimal | None
    confidence: Decimal | None
    signal_confidence: Decimal | None
    taken: Decimal | None
    seen: Seen | None
    schedule: FeeSchedule
    tick_size: Decimal
    position: PositionEntry | None

    @property
    def subject(self) -> str:
        return f"portfolio {self.portfolio_id} trade {self.trade_id}"


class PositionEntry(NamedTuple):
    """What a position keeps of its entry, in dollars and prices 0–1."""

    position_id: int
    is_open: bool
    amount: Decimal
    fee: Decimal
    entry_price: Decimal
    evidence: str | None
    entry_bid: Decimal | None
    group_id: str | None
    triggers: Triggers


class ClosingRule(NamedTuple):
    """The stop-loss and the take-profit of a configuration, as parts of 1; None where off."""

    stop_loss_percentage: Decimal | None
    take_profit_percentage: Decimal | None


class ClosingRules(NamedTuple):
    """A portfolio's rule of today and those of its versions and its cycles.

    `is_complete` where every version was kept and has the rule of today: there was no other.
    """

    today: ClosingRule
    kept: Collection[ClosingRule]
    is_complete: bool


def entry_findings(entry: EntryRecord, rules: ClosingRules | None) -> Iterator[Finding]:
    """What of an entry cannot be rebuilt from the tape, the ledger and the configuration."""
    if entry.inherited:
        yield Unseen(PRICE_RULE, Reason.SCHEMA_V1)
        return
    yield from _copies(entry)
    yield from _money(entry)
    yield from _price(entry)
    if entry.position is not None and rules is not None:
        yield from _triggers(entry, entry.position, rules)


def _copies(entry: EntryRecord) -> Iterator[Finding]:
    """What is stored twice says the same."""
    signal = entry.signal_price, entry.signal_confidence
    if None not in signal:
        rule = "6: a trade's target price and confidence are its signal's"
        yield from compare(rule, (entry.target_price, entry.confidence), signal, entry.subject)
    if (position := entry.position) is None:
        return
    subject = f"portfolio {entry.portfolio_id} position {position.position_id}"
    for name in ("amount", "fee", "entry_price", "evidence"):
        rule = f"6: a position's {name} is its trade's"
        yield from compare(rule, getattr(position, name), getattr(entry, name), subject)


def _money(entry: EntryRecord) -> Iterator[Finding]:
    """Amount = shares × average price within its rounding; the fee is the rest that was paid."""
    shares = entry.shares or ZERO
    lowest, highest = (
        cents_up(shares * (entry.entry_price + half_step))
        for half_step in (-PRICE_STEP / 2, PRICE_STEP / 2)
    )
    rule = "6: amount of a buy = shares × entry price"
    yield from within(rule, entry.amount, lowest, highest, entry.subject)
    if entry.paid is not None:
        rule = "6: fee of a buy = cash paid − amount"
        yield from compare(rule, entry.fee, entry.paid - entry.amount, entry.subject)


def _price(entry: EntryRecord) -> Iterator[Finding]:
    """The fill is walked again: its price, amount and fee follow from the levels and the shares."""
    levels = entry.seen.offered(entry.evidence) if entry.seen else None
    if entry.seen is None or levels is None or entry.shares is None:
        yield Unseen(PRICE_RULE, Reason.TAPE_GONE)
        return
    if entry.taken is None:
        yield Unseen(PRICE_RULE, Reason.OTHERS_GONE)
        return
    levels = beyond(levels, entry.taken)
    if depth(levels) < entry.shares:
        yield from compare(
            "6: shares of a buy are offered", entry.shares, depth(levels), entry.subject
        )
        return
    matches = walk(levels, entry.shares)
    dollars = notional(matches)
    yield from compare(
        PRICE_RULE, entry.entry_price, price_half_up(dollars / entry.shares), entry.subject
    )
    rule = "6: amount of a buy = what its batch offered"
    yield from compare(rule, entry.amount, cents_up(dollars), entry.subject)
    yield from fee_unseen("6: fee of a buy", entry.fee, entry.schedule, matches)
    if entry.position is not None:
        rule = "6: bid at entry = the bid of its batch"
        yield from compare(rule, entry.position.entry_bid, entry.seen.bid, entry.subject)


def fee_unseen(
    rule: str, fee: Decimal, schedule: FeeSchedule, matches: Sequence[Match]
) -> Iterator[Unseen]:
    """Say where the schedule of today gives another fee: the tape keeps no schedules."""
    if fee != taker_fee(schedule, matches):
        yield Unseen(rule, Reason.SCHEDULE_CHANGED)


def _triggers(
    entry: EntryRecord, position: PositionEntry, rules: ClosingRules
) -> Iterator[Finding]:
    """An open position closes by the configuration of today, a closed one did by one of then."""
    kept = [rules.today] if position.is_open else [rules.today, *rules.kept]
    if any(_is_possible(entry, position, rule) for rule in kept):
        return
    expected = _triggers_by(entry, position, rules.today, entry.tick_size, entry.schedule)
    if not position.is_open and not rules.is_complete:
        yield Unseen("6: triggers", Reason.CONFIGURATION_GONE)
    elif _is_by_another_schedule(entry, position, rules):
        yield Unseen("6: triggers", Reason.SCHEDULE_CHANGED)
    else:
        subject = f"portfolio {entry.portfolio_id} position {position.position_id}"
        for name in ("stop_loss_bid", "take_profit_bid"):
            found, wanted = getattr(position.triggers, name), getattr(expected, name)
            yield from compare(f"6: {name} = entry and configuration", found, wanted, subject)


def _is_possible(entry: EntryRecord, position: PositionEntry, rule: ClosingRule) -> bool:
    """Whether the triggers follow by some tick and some schedule that the market may have had."""
    stored, lowest, highest = position.triggers, *_schedules_of_then(entry)
    for tick_size in (entry.tick_size, *TICK_SIZES):
        if stored == _triggers_by(entry, position, rule, tick_size, entry.schedule):
            return True
        low = _triggers_by(entry, position, rule, tick_size, lowest)
        high = _triggers_by(entry, position, rule, tick_size, highest)
        if stored.stop_loss_bid == low.stop_loss_bid and _is_between(
            stored.take_profit_bid, low.take_profit_bid, high.take_profit_bid
        ):
            return True
    return False


def _is_by_another_schedule(
    entry: EntryRecord, position: PositionEntry, rules: ClosingRules
) -> bool:
    """Whether only higher fees at some time explain the take-profit, and there may have been some.

    A change of the configuration moved the take-profit by the fee schedule of its day, which may
    differ from the schedule at entry and from that of today.
    """
    if rules.is_complete and _is_of_today(entry):
        return False
    stored = position.triggers
    free = [
        _triggers_by(entry, position, rules.today, tick_size, FeeSchedule())
        for tick_size in (entry.tick_size, *TICK_SIZES)
    ]
    return any(
        stored.stop_loss_bid == lowest.stop_loss_bid
        and _is_between(stored.take_profit_bid, lowest.take_profit_bid, None)
        for lowest in free
    )


def _is_between(
    take_profit_bid: Decimal | None, lowest: Decimal | None, highest: Decimal | None
) -> bool:
    """No take-profit is one above every bid: the fees leave none."""
    if take_profit_bid is None or lowest is None:
        return take_profit_bid == highest
    return lowest <= take_profit_bid <= (ONE if highest is None else highest)


def _schedules_of_then(entry: EntryRecord) -> tuple[FeeSchedule, FeeSchedule]:
    """The lowest and the highest rate at which the fee that was paid rounds up to its cent."""
    exponent = entry.schedule.exponent
    base = (entry.shares or ONE) * fee_per_share(FeeSchedule(ONE, exponent), entry.entry_price)
    lowest = max(entry.fee - CENT, ZERO) / base * (1 - AVERAGE_PRICE_ERROR)
    return (
        FeeSchedule(lowest, exponent),
        FeeSchedule(entry.fee / base * (1 + AVERAGE_PRICE_ERROR), exponent),
    )


def _is_of_today(entry: EntryRecord) -> bool:
    """Whether the schedule of today gives the fee that was paid."""
    return entry.fee == taker_fee(entry.schedule, [(entry.entry_price, entry.shares or ZERO)])


def _triggers_by(
    entry: EntryRecord,
    position: PositionEntry,
    rule: ClosingRule,
    tick_size: Decimal,
    schedule: FeeSchedule,
) -> Triggers:
    return triggers(
        entry.entry_price,
        position.entry_bid or ZERO,
        rule.stop_loss_percentage,
        rule.take_profit_percentage,
        tick_size=tick_size,
        fee=schedule,
        group_id=position.group_id,
    )
