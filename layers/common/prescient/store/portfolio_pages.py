"""Pages of portfolios, filtered and sorted, with their P&L at the last midnight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from prescient.core.errors import PortfolioNotFound
from prescient.core.portfolio.guards import Guard, Standing
from prescient.core.portfolio.portfolios import Limits, PortfolioId, PortfolioStatus
from prescient.core.portfolio.room import InUse
from prescient.store import portfolios, statements
from prescient.store.database import Session, read_json
from prescient.store.pending import Pending
from prescient.store.rows import AS_WRITTEN, Digits, Document, array, number, send
from prescient.store.windows import Window

SQL = statements.load(__file__)


class Sort(StrEnum):
    """The order of a list of portfolios; `-` is descending, and ties are sorted by id."""

    OLDEST = "portfolio_id"
    NEWEST = "-portfolio_id"
    NAME = "name"
    TOTAL_VALUE = "-total_value"
    TOTAL_PROFIT_LOSS = "-total_profit_loss"


_STATEMENTS = {
    Sort.OLDEST: "select_ascending",
    Sort.NEWEST: "select_descending",
    Sort.NAME: "select_by_name",
    Sort.TOTAL_VALUE: "select_by_rank",
    Sort.TOTAL_PROFIT_LOSS: "select_by_rank",
}
_BY_VALUE = {Sort.NAME, Sort.TOTAL_VALUE, Sort.TOTAL_PROFIT_LOSS}
"""Orders in which the next page begins after a value of the last portfolio, not after its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which portfolios a reader wants."""

    statuses: Sequence[PortfolioStatus]
    strategy_type: str | None = None
    tag: str | None = None

    def values(self) -> dict[str, object]:
        """Return the parameters of the statements."""
        return {
            "statuses": array(self.statuses),
            "strategy_type": self.strategy_type,
            "tag": self.tag,
        }


class ListedRow(NamedTuple):
    """A portfolio in dollars: the columns of `PortfolioRow` that readers see.

    Its numbers are the digits that the database writes, since nearly all are shown as they are.
    `profit_at_midnight` is its P&L at the midnight (UTC) on which today began, None where it has
    no earlier day.
    """

    portfolio_id: PortfolioId
    name: str
    description: str
    strategy_type: str
    status: str
    status_reason: str | None
    strategy_config: Document
    config_version: int
    initial_balance: Digits
    current_balance: Digits
    total_invested: Digits
    total_profit_loss: Digits
    realized_pnl: Digits
    total_value: Digits
    open_positions: int
    trade_count: int
    max_position_size: Digits | None
    max_total_exposure: Digits | None
    max_positions: int
    total_trades_executed: int
    total_winning_trades: int
    total_losing_trades: int
    avg_trade_pnl: Digits
    max_drawdown: Digits
    drawdown_limit: Digits | None
    drawdown_limit_percent: Digits | None
    drawdown_warned_at: datetime | None
    peak_profit: Digits
    index_peak: Digits
    peak_since: datetime
    last_trade_at: datetime | None
    last_price_update: datetime | None
    valuation_error: str | None
    tags: list[str]
    twin_of: PortfolioId | None
    twin_key: str | None
    created_at: datetime
    last_updated: datetime
    began_today: bool
    profit_at_midnight: Digits | None

    @property
    def configuration(self) -> Mapping[str, object]:
        configuration: Mapping[str, object] = read_json(self.strategy_config)
        return configuration

    @property
    def limits(self) -> Limits:
        return Limits(
            number(self.max_position_size), number(self.max_total_exposure), self.max_positions
        )

    @property
    def guard(self) -> Guard:
        return Guard(number(self.drawdown_limit), number(self.drawdown_limit_percent))

    @property
    def standing(self) -> Standing:
        return Standing(
            Decimal(self.total_value),
            Decimal(self.total_profit_loss),
            Decimal(self.index_peak),
            Decimal(self.peak_profit),
        )

    @property
    def used(self) -> InUse:
        return InUse(
            Decimal(self.current_balance), Decimal(self.total_invested), self.open_positions
        )


class Sums(NamedTuple):
    """Sums over portfolios; `total_value` is their equity in dollars."""

    portfolios: int
    active: int
    total_value: Decimal
    open_positions: int


def send_page(
    session: Session, wanted: Wanted, window: Window, now: datetime, sort: Sort = Sort.OLDEST
) -> Pending[list[ListedRow]]:
    """Read a page of the wanted portfolios, in this order.

    Raises `PortfolioNotFound` where the last portfolio of the page before is gone, and the order
    goes by its value.
    """
    values = {
        **wanted.values(), **window.values(), "today": now.date(), "sort": sort.removeprefix("-")
    }  # fmt: skip
    found = send(session, ListedRow, SQL[_STATEMENTS[sort]], values, AS_WRITTEN)

    def read() -> list[ListedRow]:
        rows = found.get()
        if not rows and window.after_number is not None and sort in _BY_VALUE:
            portfolios.get(session, PortfolioId(window.after_number))
        return rows

    return Pending(read)


def send_get(session: Session, portfolio_id: PortfolioId, now: datetime) -> Pending[ListedRow]:
    """Read one portfolio. Raises `PortfolioNotFound`."""
    values = {"portfolio_id": portfolio_id, "today": now.date()}
    found = send(session, ListedRow, SQL["select_listed"], values, AS_WRITTEN)

    def read() -> ListedRow:
        for row in found.get():
            return row
        raise PortfolioNotFound(portfolio_id)

    return Pending(read)


def send_sums(session: Session, wanted: Wanted) -> Pending[Sums]:
    """Sum up the wanted portfolios."""
    found = send(session, Sums, SQL["sum_up"], wanted.values())
    return Pending(lambda: found.get()[0])
