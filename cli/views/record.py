"""What a portfolio holds and did: positions, trades, exits, signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..formats import duration, moment, money, plain, price, profit, ratio, shares, status
from ..tables import Cell, Part, Table, number, prose, text, word

if TYPE_CHECKING:
    from .. import models

_HELD = (
    number("id"),
    text("market"),
    word("side"),
    number("shares"),
    number("entry"),
    number("mark"),
    number("P&L"),
    word("market id", is_optional=True),
    number("value", is_optional=True),
    number("cost", is_optional=True),
    number("bid", is_optional=True),
    number("ask", is_optional=True),
    number("quote's age", is_optional=True),
    number("stop", is_optional=True),
    number("target", is_optional=True),
    word("ends", is_optional=True),
)
_CLOSED = (
    number("id"),
    text("market"),
    word("side"),
    number("entry"),
    number("exit"),
    number("P&L"),
    word("market id", is_optional=True),
    word("closed", is_optional=True),
    number("cost", is_optional=True),
)
_TRADES = (
    word("time"),
    text("market"),
    word("side"),
    number("shares"),
    number("price"),
    number("amount"),
    word("market id", is_optional=True),
    number("fee", is_optional=True),
    word("status", is_optional=True),
    number("P&L", is_optional=True),
    number("position", is_optional=True),
    word("evidence", is_optional=True),
    prose("reason", is_optional=True),
)

_EXITS = (
    word("time"),
    text("market"),
    word("side"),
    word("kind"),
    number("shares"),
    number("price"),
    number("P&L"),
    word("market id", is_optional=True),
    number("proceeds", is_optional=True),
    number("fee", is_optional=True),
    number("position", is_optional=True),
    word("evidence", is_optional=True),
    prose("reason", is_optional=True),
)
_SIGNALS = (
    word("time"),
    text("market"),
    word("side"),
    number("target"),
    number("amount"),
    word("status"),
    word("rejection"),
    word("market id", is_optional=True),
    number("confidence", is_optional=True),
    number("cycle", is_optional=True),
    prose("reason", is_optional=True),
)


def positions(answer: models.PositionsAnswer) -> Iterator[Part]:
    """A page of positions: what is open, then what is closed."""
    still = [position for position in answer.positions if position.status != "closed"]
    closed = [position for position in answer.positions if position.status == "closed"]
    if still or not closed:
        yield held(still)
    if closed:
        yield Table(_CLOSED, [_closed(position) for position in closed], title="Closed")


def held(open_positions: Sequence[models.Position], title: str = "") -> Part:
    """Open positions, a row each."""
    rows = [_held(position) for position in open_positions]
    return Table(_HELD, rows, title=title, empty="No open position.")


def _held(position: models.Position) -> Sequence[Cell]:
    return (
        plain(position.position_id),
        plain(position.market_question),
        side(position.action),
        shares(position.shares),
        price(position.entry_price),
        price(position.mark_price),
        profit(position.current_pnl),
        plain(position.market_id),
        money(position.value),
        money(position.cost_basis),
        price(position.bid),
        price(position.ask),
        duration(position.quote_age_seconds),
        price(position.stop_loss_bid),
        price(position.take_profit_bid),
        moment(position.end_date),
    )


def _closed(position: models.Position) -> Sequence[Cell]:
    return (
        plain(position.position_id),
        plain(position.market_question),
        side(position.action),
        price(position.entry_price),
        price(position.exit_price),
        profit(position.realized_pnl),
        plain(position.market_id),
        moment(position.exit_timestamp),
        money(position.amount),
    )


def trades(answer: models.TradesAnswer) -> Iterator[Part]:
    """A page of trades, newest first."""
    rows = [
        (
            moment(trade.timestamp),
            plain(trade.market_question),
            side(trade.action),
            shares(trade.shares),
            price(trade.entry_price),
            money(trade.amount),
            plain(trade.market_id),
            money(trade.fee),
            status(trade.status),
            profit(trade.realized_pnl),
            plain(trade.position_id),
            plain(trade.evidence),
            plain(trade.reason),
        )
        for trade in answer.trades
    ]
    yield Table(_TRADES, rows, empty="No trade.")


def exits(answer: models.ExitsAnswer) -> Iterator[Part]:
    """A page of exits, newest first."""
    rows = [
        (
            moment(sale.timestamp),
            plain(sale.market_question),
            side(sale.action),
            plain(sale.kind),
            shares(sale.shares),
            price(sale.price),
            profit(sale.realized_pnl),
            plain(sale.market_id),
            money(sale.proceeds),
            money(sale.fee),
            plain(sale.position_id),
            plain(sale.evidence),
            plain(sale.reason),
        )
        for sale in answer.exits
    ]
    yield Table(_EXITS, rows, empty="No exit.")


def signals(answer: models.SignalsAnswer) -> Iterator[Part]:
    """A page of signals, newest first, and what came of each."""
    rows = [
        (
            moment(signal.timestamp),
            plain(signal.market_question),
            side(signal.action),
            price(signal.target_price),
            money(signal.amount),
            status(signal.status),
            plain(signal.rejection),
            plain(signal.market_id),
            ratio(signal.confidence),
            plain(signal.cycle_id),
            plain(signal.reason),
        )
        for signal in answer.signals
    ]
    yield Table(_SIGNALS, rows, empty="No signal.")


def side(action: str) -> Cell:
    """YES or NO, with `sell` where it is sold."""
    verb, _, outcome = action.partition("_")
    return Cell(outcome.upper() if verb == "buy" else f"sell {outcome.upper()}")
