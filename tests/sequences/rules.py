"""What can happen, in any order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.core.strategies import registry
from tests.sequences.draws import (
    ADMITS_ALL,
    MEANWHILE,
    OWN,
    doubtful_ends,
    ends,
    identities,
    kills,
    manners,
    markets,
    moves,
    single,
    together,
)
from tests.sequences.exchange import EVENTS, MARKETS, SWAPPED, Shown
from tests.sequences.invariants import Invariants
from tests.sequences.killing import NO_KILLS, Kills
from tests.sequences.users import Manner


class Sequences(Invariants):
    """The system, driven; and the second ledger, told what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.driven.begin()

    @initialize(
        strategies=st.lists(
            st.sampled_from(sorted(registry.STRATEGIES)), min_size=2, max_size=3, unique=True
        ),
        balance=st.sampled_from(["150.00", "1000.00", "9999.99"]),
        amount=st.sampled_from(["7.77", "100", "333.33"]),
        triggers=st.tuples(
            st.sampled_from([None, "0.15", "0.3"]), st.sampled_from([None, "0.1", "0.01"])
        ),
        limits=st.builds(
            Limits,
            st.sampled_from([D(200), D(60), None]),
            st.sampled_from([None, D(250)]),
            st.sampled_from([2, 4, 9]),
        ),
        guard=st.builds(
            Guard,
            st.sampled_from([None, None, D(4), D("25.50")]),
            st.sampled_from([None, None, D("0.4"), D(3)]),
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
            own = common | OWN.get(name, {})
            self.driven.create(name, drawn["balance"], drawn["limits"], drawn["guard"], own)
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

    @rule(data=st.data(), identity=identities, shown=single)
    def replace_market(self, data: st.DataObject, identity: str, shown: Shown) -> None:
        """The id stands for another market from now on, or for the first one again."""
        name = data.draw(st.sampled_from(self._held() or MARKETS))
        self._reprice([(name, shown)])
        self.driven.picture.change(name, identity=identity)
        self.driven.update_prices()

    @precondition(lambda self: self._positions())
    @rule(data=st.data(), part=st.integers(1, 150), manner=manners("manual"))
    def close_by_hand(self, data: st.DataObject, part: int, manner: Manner) -> None:
        """A part in hundredths; from 100 on all of it."""
        owner, position = data.draw(st.sampled_from(self._positions()))
        held = self.driven.books[owner].lots[position].shares
        wanted = None if part >= 100 else D(max(int(held * part), 1)) / 100
        self.driven.users.close_position(owner, position, wanted, manner)

    @precondition(lambda self: self._positions())
    @rule(data=st.data(), end=doubtful_ends, manner=manners("write off"))
    def write_off(self, data: st.DataObject, end: str | None, manner: Manner) -> None:
        """Mostly what does not pay, or not yet."""
        positions = self._positions()
        unpaid = [found for found in positions if self._is_unpaid(*found)]
        owner, position = data.draw(st.sampled_from(unpaid or positions))
        if end is not None:
            self._end(self.driven.books[owner].lots[position].market, end)
        self.driven.users.write_off(owner, position, manner)

    @precondition(lambda self: self._positions())
    @rule(data=st.data(), partial=st.booleans(), manner=manners("liquidate"))
    def liquidate(self, data: st.DataObject, partial: bool, manner: Manner) -> None:
        owner, _ = data.draw(st.sampled_from(self._positions()))
        self.driven.users.liquidate(owner, manner, partial=partial)

    @rule(
        data=st.data(),
        cents=st.integers(1, 20_000),
        kind=st.sampled_from(["deposit", "withdraw", "transfer", "transfer"]),
    )
    def move_cash(self, data: st.DataObject, cents: int, kind: str) -> None:
        first, second = data.draw(st.permutations(sorted(self.driven.books)))[:2]
        manner = data.draw(manners(kind))
        if kind == "transfer":
            self.driven.users.transfer(PortfolioId(first), PortfolioId(second), cents, manner)
        else:
            self.driven.users.flow(kind, PortfolioId(first), cents, manner)

    @rule(
        data=st.data(),
        status=st.sampled_from(["active", "active", "active", "paused", "archived"]),
        killed=kills("status"),
    )
    def set_status(self, data: st.DataObject, status: str, killed: Kills) -> None:
        owner = data.draw(st.sampled_from(sorted(self.driven.books)))
        self.driven.users.set_status(PortfolioId(owner), status, killed)

    def _reprice(self, moved: list[tuple[str, Shown]]) -> None:
        for name, market in moved:
            if self.driven.picture.shown[name].end is None:
                identity = self.driven.picture.shown[name].identity
                self.driven.picture.shown[name] = replace(market, identity=identity)

    def _shift(self, steps: list[int]) -> None:
        for name, step in zip(MARKETS, steps, strict=True):
            one = self.driven.picture.shown[name]
            bid = min(max(one.bid + step, 0), 99)
            ask = min(max(one.ask + step, bid + 1), 100)
            self._reprice([(name, replace(one, bid=bid, ask=ask))])

    def _positions(self) -> list[tuple[PortfolioId, int]]:
        """The open positions with their portfolios."""
        books = sorted(self.driven.books.items())
        return [(PortfolioId(owner), lot) for owner, book in books for lot in sorted(book.lots)]

    def _is_unpaid(self, owner: PortfolioId, position: int) -> bool:
        lot = self.driven.books[owner].lots[position]
        shown = self.driven.picture.shown[lot.market]
        return shown.end is not None or shown.identity != lot.identity

    def _held(self) -> list[str]:
        books = self.driven.books.values()
        return sorted({lot.market for book in books for lot in book.lots.values()})

    def _end(self, name: str, end: str) -> None:
        if self.driven.picture.shown[name].payout is None:
            self.driven.picture.change(name, end=end)

    def _withdraw_most(self, owner: PortfolioId) -> None:
        cents = int(self.driven.books[owner].cash * 75)
        if cents:
            self.driven.users.flow("withdraw", owner, cents, Manner())

    def _cycle(self, killed: Kills = NO_KILLS, meanwhile: str | None = None) -> list[PortfolioId]:
        """The portfolios that the cycle executed."""
        driven = self.driven
        cycle_id = driven.open_cycle(killed)
        admitted = driven.filter(cycle_id, killed)
        going = driven.signal(cycle_id, admitted, killed)
        if going and meanwhile is not None:
            going = self._meanwhile(meanwhile, cycle_id, going)
        driven.execute(cycle_id, going, killed)
        driven.snapshot(cycle_id, going, killed)
        driven.close_cycle(cycle_id, killed)
        return going

    def _meanwhile(self, what: str, cycle_id: int, going: list[PortfolioId]) -> list[PortfolioId]:
        """What may come between decision and execution; the portfolios that still go on."""
        driven, first = self.driven, going[0]
        if what == "pause":
            driven.users.set_status(first, "paused")
        elif what == "withdraw":
            self._withdraw_most(first)
        elif what == "fail":
            driven.fail(cycle_id, first)
            return going[1:]
        elif what == "rival":
            assert not set(self._other_cycle()) & set(going), "two cycles run a portfolio"
        elif what == "wait":
            driven.world.clock.pass_time(minutes=14)
        elif what in ("overtake", "wait too long"):
            driven.world.clock.pass_time(minutes=16)
            taken_over = self._other_cycle() if what == "overtake" else going
            assert set(going) <= set(taken_over), "a claim outlived its lease"
            assert all(driven.is_refused(cycle_id, owner) for owner in going)
            return []
        else:
            self._shift([2] * len(MARKETS))
            self._change_meanwhile(what)
            driven.update_prices()
        return going

    def _change_meanwhile(self, what: str) -> None:
        if what == "end":
            self._end("n0", "no")
            self._end("m0", "yes")
        for name in ("n0", "m0"):
            if what == "propose":
                self.driven.picture.change(name, status="proposed")
            elif what == "replace":
                self.driven.picture.change(name, identity=SWAPPED)

    def _other_cycle(self) -> list[PortfolioId]:
        """A whole cycle within another one, which then goes on with its own batch."""
        witness = self.driven.witness
        batch, decided_at = witness.batch, witness.decided_at
        executed = self._cycle()
        witness.decide_on(batch, decided_at)
        return executed
