"""What a portfolio holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..formats import money, plain, price, profit, shares
from ..tables import Cell, Part, Table, number, text

if TYPE_CHECKING:
    from .. import models

_HELD = (
    number("id"),
    text("market"),
    text("side"),
    number("shares"),
    number("entry"),
    number("mark"),
    number("P&L"),
    number("cost", is_optional=True),
    number("stop", is_optional=True),
    number("target", is_optional=True),
    text("market id", is_optional=True),
)


def held(positions: Sequence[models.Position]) -> Part:
    """Open positions, a row each."""
    rows = [_row(position) for position in positions]
    return Table(_HELD, rows, title="Open positions", empty="No open position.")


def _row(position: models.Position) -> Sequence[Cell]:
    return (
        plain(position.position_id),
        plain(position.market_question),
        plain(position.action.removeprefix("buy_").upper()),
        shares(position.shares),
        price(position.entry_price),
        price(position.mark_price),
        profit(position.current_pnl),
        money(position.cost_basis),
        price(position.stop_loss_bid),
        price(position.take_profit_bid),
        plain(position.market_id),
    )
