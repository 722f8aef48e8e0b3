"""Long random sequences of everything that can happen, with kills and retries.

After each step every invariant must hold, and a second ledger must agree to the cent.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from prescient.core.errors import DatabaseUnavailable, PortfolioConflict, PrescientError
from prescient.core.markets import EventId, FeeSchedule, MarketId, Quote
from prescient.core.portfolios import GlobalLimits, Limits, PortfolioId
from prescient.store import cash, closing
from tests.builders import event, market
from tests.sequences.killing import Killer, killer_installed
from tests.sequences.reference import Book, Lot, mark
from tests.world import World

ResultT = TypeVar("ResultT")
SEQUENCES = int(os.environ.get("SEQUENCES", "25"))
ADMITS_ALL = {
    "min_confidence": 0.5, "min_conviction": 0, "max_conviction": 1, "min_drift": -1,
    "min_liquidity": 0, "min_volume": 0, "max_spread": 1, "min_hours_to_end": 0,
    "cooldown_hours": 0,
}  # fmt: skip
KILLS = st.none() | st.integers(0, 14)


@dataclass
class Shown:
    """What the exchange shows of one market, in ticks of 0.01 and whole dollars."""

    bid: int
    ask: int
    liquidity: int
    rate: str
    payout: str | None = None

    @property
    def closed(self) -> bool:
        return self.payout is not None

    def row(self, market_id: str, event_id: str) -> Any:
        bid, ask = D(self.bid) / 100, D(self.ask) / 100
        yes = D(self.payout) if self.payout is not None else (bid + ask) / 2
        return market(
            market_id=MarketId(market_id),
            event_id=EventId(event_id),
            quote=Quote(bid, ask),
            yes_price=yes,
            no_price=1 - yes,
            liquidity=D(self.liquidity),
            fee=FeeSchedule(D(self.rate)),
            closed=self.closed,
            resolution_status="resolved" if self.closed else None,
        )


class Sequences(RuleBasedStateMachine):
    """The system, driven; and the second ledger, told what happened."""

    world: ClassVar[World]
    killer: ClassVar[Killer]

    def __init__(self) -> None:
        super().__init__()
        self.world.truncate()
        self.books: dict[PortfolioId, Book] = {}
        self.shown = {f"m{place}": Shown(60, 62, 20000, "0.04") for place in range(4)}
        self.listed: dict[str, Shown] = {}
        self.batch: dict[str, Shown] = {}
        self.marks: dict[str, F] = {}
        self.seen_trades = self.seen_exits = 0
        self._show()

    @initialize(
        balances=st.lists(
            st.sampled_from(["150.00", "1000.00", "9999.99"]), min_size=2, max_size=3
        ),
        amount=st.sampled_from(["7.77", "100", "333.33"]),
        stop=st.sampled_from([None, "0.15", "0.4"]),
        take=st.sampled_from([None, "0.05", "0.3"]),
        max_positions=st.integers(1, 4),
        exposure=st.sampled_from([None, "250.00"]),
    )
    def create(
        self,
        *,
        balances: list[str],
        amount: str,
        stop: str | None,
        take: str | None,
        max_positions: int,
        exposure: str | None,
    ) -> None:
        exits = {"stop_loss_percentage": stop, "take_profit_percentage": take}
        limits = Limits(D(200), None if exposure is None else D(exposure), max_positions)
        for place, balance in enumerate(balances):
            portfolio_id = self.world.portfolio(
                f"p{place}",
                balance=balance,
                limits=limits,
                trade_amount=amount,
                **ADMITS_ALL,
                **exits,
            )
            self.books[portfolio_id] = Book(F(balance))

    @rule(
        market_id=st.sampled_from(["m0", "m1", "m2", "m3"]),
        bid=st.integers(0, 99),
        spread=st.integers(1, 12),
        liquidity=st.sampled_from([150, 5000, 20000]),
        rate=st.sampled_from(["0", "0.04", "0.07"]),
    )
    def reprice(self, market_id: str, bid: int, spread: int, liquidity: int, rate: str) -> None:
        if not self.shown[market_id].closed:
            self.shown[market_id] = Shown(bid, min(bid + spread, 100), liquidity, rate)
            self._show()

    @rule(
        market_id=st.sampled_from(["m0", "m1", "m2", "m3"]),
        payout=st.sampled_from(["0", "1", "0.5"]),
    )
    def resolve(self, market_id: str, payout: str) -> None:
        was = self.shown[market_id]
        if not was.closed:
            self.shown[market_id] = Shown(was.bid, was.ask, was.liquidity, was.rate, payout)
            self._show()

    @rule(kill=KILLS, repeat=st.booleans(), pause=st.booleans())
    def cycle(self, kill: int | None, repeat: bool, pause: bool) -> None:
        world = self.world
        world.clock.pass_time(minutes=7)
        cycle_id = world.open_cycle()
        admitted = self._survive(lambda: world.filter(cycle_id), kill).portfolio_ids
        self._publish({name: one for name, one in self.shown.items() if not one.closed})
        self.batch = dict(self.listed)
        for portfolio_id in admitted:
            decided = self._survive(lambda: world.signal(cycle_id, portfolio_id), kill)  # noqa: B023
            if decided.status == "skipped":
                continue
            if pause and portfolio_id == admitted[0]:
                self._set_status("paused", "active")
            self._survive(lambda: world.execute(cycle_id, portfolio_id), kill)  # noqa: B023
            if repeat:
                world.execute(cycle_id, portfolio_id)
            self._tell()
            self._survive(lambda: world.snapshot(cycle_id, portfolio_id), kill)  # noqa: B023
        world.close(cycle_id)

    @rule(kill=KILLS)
    def update_prices(self, kill: int | None) -> None:
        self.world.clock.pass_time(minutes=5)
        held = {lot.market for book in self.books.values() for lot in book.lots.values()}
        self._survive(self.world.update_prices, kill)
        self._publish({name: one for name, one in self.shown.items() if name in held})
        self._tell()

    @precondition(lambda self: any(book.lots for book in self.books.values()))
    @rule(data=st.data(), kill=KILLS)
    def close_by_hand(self, data: st.DataObject, kill: int | None) -> None:
        owner = data.draw(st.sampled_from([one for one, book in self.books.items() if book.lots]))
        position = data.draw(st.sampled_from(sorted(self.books[owner].lots)))
        held = self.books[owner].lots[position].shares
        hundredths = data.draw(st.integers(1, int(held * 100)))

        def close() -> None:
            with self.world.context.database.transaction() as session:
                wanted = D(hundredths) / 100
                closing.close_position(session, owner, position, wanted, self.world.clock.now)

        try:
            if kill is None:
                close()
            else:
                self._kill_only(close, kill)
        except PortfolioConflict:
            pass
        self._tell()

    @rule(data=st.data(), cents=st.integers(1, 20_000), twice=st.booleans())
    def transfer(self, data: st.DataObject, cents: int, twice: bool) -> None:
        first, second = data.draw(st.permutations(sorted(self.books)))[:2]
        wanted = cash.Transfer(
            from_id=first,
            to_id=second,
            amount=D(cents) / 100,
            key=str(self.world.clock.now),
            reason=None,
        )
        self.world.clock.pass_time(seconds=1)
        try:
            for _ in range(1 + twice):
                with self.world.context.database.transaction() as session:
                    cash.transfer(session, wanted, self.world.clock.now)
        except PortfolioConflict:
            return
        self.books[first].flow(F(-cents, 100))
        self.books[second].flow(F(cents, 100))

    @rule()
    def reactivate(self) -> None:
        self._set_status("active", "paused")

    @invariant()
    def books_reconcile(self) -> None:
        assert self.world.breaks() == []

    @invariant()
    def the_second_ledger_agrees(self) -> None:
        for portfolio_id, book in self.books.items():
            state = self.world.state(portfolio_id)
            value = book.value(self.marks)
            assert F(state.current_balance) == book.cash
            assert F(state.total_invested) == book.invested()
            assert F(state.realized_pnl) == book.realized
            assert F(state.total_value) == book.cash + value
            assert F(state.total_value) == book.start + book.flows + F(state.total_profit_loss)

    def _survive(self, step: Callable[[], ResultT], kill: int | None) -> ResultT:
        """Run the step, killed at statement `kill` the first time, and again until it ends."""
        if kill is not None:
            self._kill_only(step, kill)
        return step()

    def _kill_only(self, step: Callable[[], Any], kill: int) -> None:
        self.killer.left = kill
        try:
            step()
        except DatabaseUnavailable:
            pass
        finally:
            self.killer.left = None

    def _show(self) -> None:
        self.world.exchange.events = [
            event(
                *(self.shown[name].row(name, owner) for name in names),
                event_id=EventId(owner),
            )
            for owner, names in (("e1", ("m0", "m1")), ("e2", ("m2", "m3")))
        ]

    def _set_status(self, wanted: str, present: str) -> None:
        self.world.rows(
            "UPDATE portfolios SET status = %s WHERE status = %s RETURNING 1", wanted, present
        )

    def _publish(self, shown: dict[str, Shown]) -> None:
        for name, one in shown.items():
            bid, ask = F(one.bid, 100), F(one.ask, 100)
            listed = F(one.payout) if one.payout is not None else (bid + ask) / 2
            self.marks[name] = mark(bid, ask, self.marks.get(name), listed)
            self.listed[name] = one

    def _tell(self) -> None:
        """Tell the second ledger of new trades and exits; the money it works out itself."""
        self._tell_trades()
        self._tell_exits()

    def _tell_trades(self) -> None:
        trades = self.world.rows(
            """SELECT trade.id, trade.portfolio_id, trade.market_id, trade.action, trade.shares,
                      position.id AS position_id
               FROM trades AS trade JOIN portfolio_positions AS position
                   USING (portfolio_id, trade_id)
               WHERE trade.id > %s ORDER BY trade.id""",
            self.seen_trades,
        )
        for row in trades:
            self.seen_trades = row["id"]
            one, is_yes = self.batch[row["market_id"]], row["action"] == "buy_yes"
            price = F(one.ask, 100) if is_yes else 1 - F(one.bid, 100)
            lot = Lot(row["market_id"], is_yes, F(row["shares"]), F(0))
            self.books[row["portfolio_id"]].buy(row["position_id"], lot, price, F(one.rate))

    def _tell_exits(self) -> None:
        exits = self.world.rows(
            "SELECT * FROM position_exits WHERE id > %s ORDER BY id", self.seen_exits
        )
        for row in exits:
            self.seen_exits = row["id"]
            book = self.books[row["portfolio_id"]]
            lot = book.lots[row["position_id"]]
            one = self.listed[lot.market]
            if row["kind"] == "settlement":
                paid = F(one.payout or "nothing")
                price, rate = paid if lot.is_yes else 1 - paid, F(0)
            else:
                price = F(one.bid, 100) if lot.is_yes else 1 - F(one.ask, 100)
                rate = F(one.rate)
            book.leave(row["position_id"], F(row["shares"]), price, rate)


def test_random_sequences(database_url: str) -> None:
    """`SEQUENCES=1000` runs as many; the default keeps the suite quick."""
    with killer_installed() as killer:
        Sequences.world = World(database_url, GlobalLimits(D(300), D(2000)))
        Sequences.killer = killer
        machine = Sequences.TestCase
        machine.settings = settings(
            max_examples=SEQUENCES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        machine("runTest").runTest()
        Sequences.world.context.database.close()


def test_the_killer_kills(database_url: str) -> None:
    """Otherwise the sequences would prove nothing about kills."""
    with killer_installed() as killer:
        world = World(database_url)
        world.portfolio()
        before = world.everything()
        cycle_id = world.open_cycle()
        for statement in range(3):
            killer.left = statement
            with pytest.raises(PrescientError, match="Postgres cannot be reached"):
                world.filter(cycle_id)
        after = world.everything()
        del before["trading_cycles"], after["trading_cycles"]
        assert after == before
        world.context.database.close()
