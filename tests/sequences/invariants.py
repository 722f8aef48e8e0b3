"""What must hold after everything that can happen."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction as F
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.sequences.driven import Driven
from tests.sequences.exchange import MARKETS

MARKET_CAP, CAPITAL_CAP = D(250), D(900)
PORTFOLIOS = """
SELECT
    portfolio_id, current_balance, total_invested, realized_pnl, total_profit_loss, trade_count,
    total_winning_trades, total_losing_trades, max_consecutive_wins, max_consecutive_losses,
    avg_trade_pnl
FROM portfolios
"""
TRADES = """
SELECT position.portfolio_id, position.id, trade.status, trade.realized_pnl, position.shares
FROM trades AS trade JOIN portfolio_positions AS position USING (portfolio_id, trade_id)
"""


class Invariants(RuleBasedStateMachine):
    """Checked after each step of a sequence."""

    driven: ClassVar[Driven]

    @invariant()
    def books_reconcile(self) -> None:
        assert self.driven.breaks() == []

    @invariant()
    def the_second_ledger_agrees(self) -> None:
        for row in self.driven.rows(PORTFOLIOS):
            book = self.driven.books[row["portfolio_id"]]
            profit = book.realized + book.value(self.driven.witness.marks) - book.invested
            assert F(row["current_balance"]) == book.cash
            assert F(row["total_invested"]) == book.invested
            assert F(row["realized_pnl"]) == book.realized
            assert F(row["total_profit_loss"]) == profit
            assert book.start + book.flows + profit == (
                book.cash + book.value(self.driven.witness.marks)
            )
            assert row["trade_count"] == book.bought
            wins, losses, longest_win, longest_loss, average = book.record()
            assert (row["total_winning_trades"], row["total_losing_trades"]) == (wins, losses)
            assert row["max_consecutive_wins"] == longest_win
            assert row["max_consecutive_losses"] == longest_loss
            assert F(row["avg_trade_pnl"]) == average

    @invariant()
    def trades_follow_their_positions(self) -> None:
        for row in self.driven.rows(TRADES):
            book = self.driven.books[row["portfolio_id"]]
            is_open = row["id"] in book.lots
            lot = book.lots[row["id"]] if is_open else book.closed[row["id"]]
            assert F(row["shares"]) == lot.shares
            assert row["status"] == ("open" if is_open else "closed")
            assert F(row["realized_pnl"] or 0) == lot.realized

    @invariant()
    def the_limits_over_all_portfolios_hold(self) -> None:
        lots = [lot for book in self.driven.books.values() for lot in book.lots.values()]
        for name in MARKETS:
            assert sum(lot.basis for lot in lots if lot.market == name) <= MARKET_CAP
        assert sum(lot.basis for lot in lots) <= CAPITAL_CAP
