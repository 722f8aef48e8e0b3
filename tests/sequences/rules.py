"""What can happen, in any order, and what must hold after each of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from prescient.core.errors import PortfolioConflict, StaleQuote
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies import registry
from tests.sequences.draws import (
    ADMITS_ALL,
    MEANWHILE,
    OWN,
    ends,
    kills,
    markets,
    moves,
    single,
    together,
)
from tests.sequences.driven import NO_KILLS, Driven, Kills
from tests.sequences.exchange import EVENTS, MARKETS, Shown

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


class Sequences(RuleBasedStateMachine):
    """The system, driven; and the second ledger, told what happened."""

    driven: ClassVar[Driven]

    def __init__(self) -> None:
        super().__init__()
        self.driven.begin()

    @initialize(
        strategies=st.lists(
            st.sampled_from(sorted(registry.STRATEGIES)), min_size=2, max_size=3, unique=True
        ),
        balance=st.sampled_from(["150.00", "1000.00", "9999.99"]),
        amount=st.sampled_from(["7.77", "100", "333.33"]),
        triggers=st.tuples(st.sampled_from([None, "0.15", "0.3"]), st.sampled_from([None, "0.1"])),
        limits=st.builds(
            Limits,
            st.sampled_from([D(200), D(60), None]),
            st.sampled_from([None, D(250)]),
            st.sampled_from([2, 4, 9]),
        ),
        event_cap=st.sampled_from([None, None, "120"]),
        cooldown=st.sampled_from([0, 0, "0.4", 24]),
        first=st.tuples(together, st.tuples(single, single, single)),
    )
    def create(self, **drawn: Any) -> None:
        loss, profit = drawn["triggers"]
        common = {
            **ADMITS_ALL, "trade_amount": drawn["amount"], "stop_loss_percentage": loss,
            "take_profit_percentage": profit, "max_event_exposure": drawn["event_cap"],
            "cooldown_hours": drawn["cooldown"],
        }  # fmt: skip
        for name in drawn["strategies"]:
            self.driven.create(name, drawn["balance"], drawn["limits"], common | OWN.get(name, {}))
        exclusive, plain = drawn["first"]
        names = (*EVENTS["exclusive"], *EVENTS["plain"])
        self.driven.picture.shown = dict(zip(names, (*exclusive, *plain), strict=True))
        self._cycle()

    @rule(shown=together)
    def reprice_event(self, shown: list[Shown]) -> None:
        self._reprice(list(zip(EVENTS["exclusive"], shown, strict=True)))

    @rule(name=markets)
    def disappear_or_return(self, name: str) -> None:
        self.driven.picture.gone ^= {name}

    @rule(bid=st.sampled_from([59, 60]), depth=st.sampled_from([15, 900]))
    def come_back(self, bid: int, depth: int) -> None:
        """All prices return to where they were in the hours before."""
        self._reprice([(name, Shown(bid, bid + 1, depth=depth)) for name in MARKETS])

    @rule(
        moved=moves,
        meanwhile=st.sampled_from([None, None, None, *MEANWHILE]),
    )
    def cycle(self, moved: list[tuple[str, Shown]], meanwhile: str | None) -> None:
        self._reprice(moved)
        self._cycle(meanwhile=meanwhile)

    @rule(moved=moves, killed=kills("open", "filter", "signal", "execute", "snapshot", "close"))
    def killed_cycle(self, moved: list[tuple[str, Shown]], killed: Kills) -> None:
        self._reprice(moved)
        self._cycle(killed)

    @rule(steps=st.lists(st.integers(-20, 20), min_size=6, max_size=6), killed=kills("update"))
    def drift(self, steps: list[int], killed: Kills) -> None:
        """Prices move by some cents, towards and beyond where positions close."""
        self._shift(steps)
        self.driven.update_prices(killed)

    @rule(by=st.integers(-40, 40))
    def swing(self, by: int) -> None:
        """Prices move, positions close, and the next cycle finds everything as it was before."""
        before = list(self.driven.picture.shown.items())
        self._shift([by] * len(MARKETS))
        self.driven.update_prices()
        self._reprice(before)
        self._cycle()

    @rule(data=st.data(), ends=st.lists(ends, max_size=2), killed=kills("update"))
    def update_prices(self, data: st.DataObject, ends: list[str], killed: Kills) -> None:
        """Markets may have closed before; a disputed or odd one may still end well."""
        for end in ends:
            self._end(data.draw(st.sampled_from(self._held() or MARKETS)), end)
        self.driven.update_prices(killed)

    @rule(moved=moves)
    def update_prices_overtaken(self, moved: list[tuple[str, Shown]]) -> None:
        self.driven.update_prices_overtaken(lambda: self._reprice(moved))

    @precondition(lambda self: any(book.lots for book in self.driven.books.values()))
    @rule(data=st.data(), part=st.integers(1, 150), killed=kills("manual"))
    def close_by_hand(self, data: st.DataObject, part: int, killed: Kills) -> None:
        """A part in hundredths; from 100 on all of it."""
        books = self.driven.books
        owner = data.draw(
            st.sampled_from([portfolio for portfolio, book in books.items() if book.lots])
        )
        position = data.draw(st.sampled_from(sorted(books[owner].lots)))
        held = books[owner].lots[position].shares
        shares = max(int(held * part), 1)
        wanted = None if part >= 100 else D(shares) / 100
        try:
            self.driven.close_by_hand(PortfolioId(owner), position, wanted, killed)
        except PortfolioConflict:
            self.driven.census["refused: no bid"] += 1
        except StaleQuote:
            self.driven.census["refused: stale quote"] += 1

    @rule(
        data=st.data(),
        cents=st.integers(1, 20_000),
        kind=st.sampled_from(["deposit", "withdraw", "transfer", "transfer"]),
        killed=kills("deposit", "withdraw", "transfer"),
    )
    def move_cash(self, data: st.DataObject, cents: int, kind: str, killed: Kills) -> None:
        first, second = data.draw(st.permutations(sorted(self.driven.books)))[:2]
        try:
            if kind == "transfer":
                self.driven.transfer(PortfolioId(first), PortfolioId(second), cents, killed)
            else:
                getattr(self.driven, kind)(PortfolioId(first), cents, killed)
            self.driven.census[f"cash: {kind}"] += 1
        except PortfolioConflict:
            self.driven.census["refused: not enough cash, or archived"] += 1

    @rule(
        data=st.data(),
        status=st.sampled_from(["active", "active", "active", "paused", "archived"]),
        killed=kills("status"),
    )
    def set_status(self, data: st.DataObject, status: str, killed: Kills) -> None:
        owner = data.draw(st.sampled_from(sorted(self.driven.books)))
        try:
            self.driven.set_status(PortfolioId(owner), status, killed)
        except PortfolioConflict:
            self.driven.census[f"refused: {status}"] += 1

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

    def _reprice(self, moved: list[tuple[str, Shown]]) -> None:
        for name, market in moved:
            if self.driven.picture.shown[name].end is None:
                self.driven.picture.shown[name] = market

    def _shift(self, steps: list[int]) -> None:
        for name, step in zip(MARKETS, steps, strict=True):
            one = self.driven.picture.shown[name]
            bid = min(max(one.bid + step, 0), 99)
            ask = min(max(one.ask + step, bid + 1), 100)
            self._reprice([(name, replace(one, bid=bid, ask=ask))])

    def _held(self) -> list[str]:
        books = self.driven.books.values()
        return sorted({lot.market for book in books for lot in book.lots.values()})

    def _end(self, name: str, end: str) -> None:
        if self.driven.picture.shown[name].payout is None:
            self.driven.picture.change(name, end=end)

    def _withdraw_most(self, owner: PortfolioId) -> None:
        cents = int(self.driven.books[owner].cash * 75)
        if cents:
            self.driven.withdraw(owner, cents)

    def _cycle(self, killed: Kills = NO_KILLS, meanwhile: str | None = None) -> list[PortfolioId]:
        """The portfolios that the cycle executed."""
        driven = self.driven
        cycle_id = driven.open_cycle(killed)
        admitted = driven.filter(cycle_id, killed)
        going = [owner for owner in admitted if driven.signal(cycle_id, owner, killed)]
        if going and meanwhile is not None:
            going = self._meanwhile(meanwhile, cycle_id, going)
        for owner in going:
            driven.execute(cycle_id, owner, killed)
            driven.snapshot(cycle_id, owner, killed)
        driven.close_cycle(cycle_id, killed)
        return going

    def _meanwhile(self, what: str, cycle_id: int, going: list[PortfolioId]) -> list[PortfolioId]:
        """What may come between decision and execution; the portfolios that still go on."""
        driven, first = self.driven, going[0]
        if what == "pause":
            driven.set_status(first, "paused")
        elif what == "withdraw":
            self._withdraw_most(first)
        elif what == "fail":
            driven.fail(cycle_id, first)
            return going[1:]
        elif what == "rival":
            assert not set(self._other_cycle()) & set(going), "two cycles run a portfolio"
        elif what == "overtake":
            driven.world.clock.pass_time(minutes=16)
            taken_over = self._other_cycle()
            assert set(going) <= set(taken_over), "a claim outlived its lease"
            assert all(driven.is_refused(cycle_id, owner) for owner in going)
            return []
        else:
            self._shift([2] * len(MARKETS))
            if what == "end":
                self._end("n0", "no")
                self._end("m0", "yes")
            driven.update_prices()
        return going

    def _other_cycle(self) -> list[PortfolioId]:
        """A whole cycle within another one, which then goes on with its own batch."""
        witness = self.driven.witness
        batch, decided_at = witness.batch, witness.decided_at
        executed = self._cycle()
        witness.decide_on(batch, decided_at)
        return executed
