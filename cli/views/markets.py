"""A market as portfolios see it: why one was traded or not, and who holds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ..formats import NOTHING, moment, money, plain, price, ratio, shares, status
from ..tables import Cell, Facts, Part, Table, Text, number, text, word
from .record import side

if TYPE_CHECKING:
    from .. import models

_CHECKS = (
    word("rule"),
    word("passed"),
    number("the market"),
    number("the bound"),
    word("key", is_optional=True),
)
_HOLDERS = (
    number("id"),
    text("portfolio"),
    word("side"),
    number("shares"),
    number("cost"),
    number("position", is_optional=True),
    word("since", is_optional=True),
)


def explanation(answer: models.ExplanationAnswer) -> Iterator[Part]:
    """Why a portfolio did or did not trade a market: the sentence, and what it rests on."""
    yield Text(answer.market_question)
    yield Text(answer.sentence)
    if answer.checks:
        yield Table(_CHECKS, [_check(check) for check in answer.checks])
    if answer.signal is not None:
        yield Facts(_signal(answer.signal), title="The decision")
    at = f", at {moment(answer.decided_at).text} UTC" if answer.decided_at else ""
    yield Text(f"Cycle {answer.cycle_id}{at}; strategy {answer.strategy_type}", "faint")


def _check(check: models.RuleChecked) -> Sequence[Cell]:
    return (
        plain(check.rule),
        Cell("yes", "good") if check.passed else Cell("no", "bad"),
        _number(check.value),
        _number(check.bound),
        plain(check.key),
    )


def _number(value: object) -> Cell:
    """A number without the zeros at its end, a word as it is."""
    if not isinstance(value, int | float):
        return plain(value)
    shown = f"{Decimal(str(value)):,f}"
    return Cell(shown.rstrip("0").rstrip(".") if "." in shown else shown)


def _signal(signal: models.Signal) -> list[tuple[str, Cell]]:
    facts = [
        ("side", side(signal.action)),
        ("status", status(signal.status)),
        ("rejection", plain(signal.rejection)),
        ("amount", money(signal.amount)),
        ("target price", price(signal.target_price)),
        ("confidence", ratio(signal.confidence)),
        ("reason", plain(signal.reason)),
        ("trade", plain(signal.trade_id)),
    ]
    return [(name, cell) for name, cell in facts if cell is not NOTHING]


def exposure(answer: models.ExposureAnswer) -> Iterator[Part]:
    """What all portfolios hold of a market, and a page of their positions."""
    rows = [
        (
            plain(holder.portfolio_id),
            plain(holder.portfolio_name),
            side(holder.action),
            shares(holder.shares),
            money(holder.cost_basis),
            plain(holder.position_id),
            moment(holder.entry_timestamp),
        )
        for holder in answer.holders
    ]
    yield Table(_HOLDERS, rows, empty="No portfolio holds it.")
    yield Text(f"{money(answer.exposure).text} of cost in market {answer.market_id}", "faint")
