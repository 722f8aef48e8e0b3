"""What migrate_to_multiple_portfolios.py left of schema v1, whole or cut off after a step.

Its ten steps add the table `portfolios`, a column `portfolio_id` to four tables, and drop
`portfolio_state`; each is a transaction of its own. Rows that name no portfolio are those of the
portfolio that the script made. Where the data do not say which portfolio a row belongs to, or how
much cash there is, the refusal names the statement that would; none drops or changes a trade.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from prescient.core.errors import MigrationRefused, Remedy
from prescient.store import statements
from prescient.store.database import Session
from prescient.store.rows import fetch

SQL = statements.load(__file__)
TABLES = ("portfolios", "portfolio_rebalancing_log", "portfolio_performance_cache")


_NO_PORTFOLIO = """\
INSERT INTO portfolios (name, description, strategy_type, initial_balance, current_balance)
SELECT
    'Default Portfolio', 'Migrated from single portfolio system', 'momentum', 10000.00,
    10000.00 - coalesce(sum(amount), 0)
FROM trades;"""
_PORTFOLIO_OF_ITS_TRADES = """\
INSERT INTO portfolios (portfolio_id, name, strategy_type, initial_balance, current_balance)
SELECT
    {portfolio_id}, 'Portfolio {portfolio_id}', 'momentum', 10000.00,
    10000.00 - coalesce(sum(amount), 0)
FROM trades WHERE portfolio_id = {portfolio_id};"""
_DEFAULT_PORTFOLIO = """\
UPDATE portfolios SET description = 'Migrated from single portfolio system'
WHERE portfolio_id = {portfolio_id};  -- or another id"""
_BALANCES = """\
-- where the older application traded last:
UPDATE portfolios SET
    current_balance = state.balance, total_invested = state.total_invested,
    total_profit_loss = state.total_profit_loss, trade_count = state.trade_count
FROM portfolio_state AS state WHERE portfolio_id = {portfolio_id};
-- else, instead:
-- UPDATE portfolio_state SET
--     balance = portfolio.current_balance, total_invested = portfolio.total_invested,
--     total_profit_loss = portfolio.total_profit_loss, trade_count = portfolio.trade_count
-- FROM portfolios AS portfolio WHERE portfolio_id = {portfolio_id};"""


class _Owned(NamedTuple):
    """How many rows of a table name a portfolio, and whether it is there."""

    table_name: str
    portfolio_id: int | None
    rows: int
    is_known: bool | None


class _Portfolio(NamedTuple):
    """A row of `portfolios`, in dollars; `bought` is what its trades have cost."""

    portfolio_id: int
    is_default: bool
    current_balance: Decimal
    initial_balance: Decimal
    bought: Decimal

    @property
    def adds_up(self) -> bool:
        """The seed's code took the cost of every trade from the balance, and gave nothing back."""
        return self.current_balance + self.bought == self.initial_balance


def has_run(columns: Collection[tuple[str, str]]) -> bool:
    """Whether `portfolios` is the script's, from the (table, column) of its tables."""
    return {("portfolios", "portfolio_id"), ("portfolios", "strategy_type")} <= {*columns}


def check_decided(session: Session, present: Collection[str]) -> None:
    """Raise `MigrationRefused` where the data leave something open, with what mends it.

    `present` are the tables that are there.
    """
    if remedies := [*_undecided(session, present)]:
        told = "; ".join(remedy.about for remedy in remedies)
        raise MigrationRefused(
            f"migrate_to_multiple_portfolios.py did not end, and the data do not decide: {told}",
            remedies,
        )


def make(session: Session) -> None:
    """Make what the script adds to schema v1, where tables are made for now."""
    session.execute(SQL["make"])


def _undecided(session: Session, present: Collection[str]) -> Iterator[Remedy]:
    if "portfolios" not in present:
        return
    owned = fetch(session, _Owned, SQL["count_owners"], {})
    portfolios = fetch(session, _Portfolio, SQL["select_portfolios"], {})
    named = any(row.portfolio_id is not None for row in owned)
    if owned and not (portfolios or named or "portfolio_state" in present):
        yield Remedy("portfolio_state is gone and portfolios is empty", _NO_PORTFOLIO)
    yield from _unknown(owned)
    yield from _ownerless(owned, portfolios)
    if "portfolio_state" in present and portfolios:
        yield from _two_balances(session, portfolios[0])


def _unknown(owned: Sequence[_Owned]) -> Iterator[Remedy]:
    """Rows name a portfolio that is not there: it is made, from what its trades have cost."""
    unknown = [row for row in owned if row.portfolio_id is not None and not row.is_known]
    for portfolio_id in dict.fromkeys(row.portfolio_id for row in unknown):
        told = " and ".join(
            f"{row.rows} rows of {row.table_name}"
            for row in unknown
            if row.portfolio_id == portfolio_id
        )
        yield Remedy(
            f"{told} name portfolio {portfolio_id}, which is not there",
            _PORTFOLIO_OF_ITS_TRADES.format(portfolio_id=portfolio_id),
        )


def _ownerless(owned: Sequence[_Owned], portfolios: Sequence[_Portfolio]) -> Iterator[Remedy]:
    """Rows name no portfolio, and it is not known which one the script made."""
    if not portfolios[1:] or portfolios[0].is_default:
        return
    told = [f"{row.rows} rows of {row.table_name}" for row in owned if row.portfolio_id is None]
    if told:
        yield Remedy(
            f"{' and '.join(told)} name no portfolio, and none of the {len(portfolios)} is called "
            "Default Portfolio: say which one is theirs",
            _DEFAULT_PORTFOLIO.format(portfolio_id=portfolios[0].portfolio_id),
        )


def _two_balances(session: Session, portfolio: _Portfolio) -> Iterator[Remedy]:
    """The older application wrote one, the seed's the other; the trades say which is right."""
    row = session.execute(SQL["select_state_balance"]).fetchone()
    if row is None or row[0] == portfolio.current_balance or portfolio.adds_up:
        return
    if row[0] + portfolio.bought == portfolio.initial_balance:
        return
    yield Remedy(
        f"portfolio_state has a balance of {row[0]:,}, portfolio {portfolio.portfolio_id} one of "
        f"{portfolio.current_balance:,}, and its trades, which cost {portfolio.bought:,}, support "
        "neither: the one of the application that traded last is right",
        _BALANCES.format(portfolio_id=portfolio.portfolio_id),
    )
