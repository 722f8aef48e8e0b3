"""The system, driven: every step may be killed at a statement, and is then run again.

A step that ends before its kill is run again as well, as when only its answer was lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from prescient.core.errors import ClaimLost
from prescient.core.portfolio.cash import Transfer
from prescient.core.portfolio.portfolios import Limits, PortfolioId, PortfolioStatus
from prescient.usecases import cash, closing, cycle, maintenance, portfolio_management
from prescient.usecases.maintenance import MaintenanceRequest, Task
from prescient.usecases.portfolio_management import PortfolioChange
from tests.builders import NOON
from tests.sequences.exchange import MARKETS, Picture, Shown
from tests.sequences.killing import Killer
from tests.sequences.reference import Book
from tests.sequences.witness import Stops, Witness, quote_of
from tests.world import World

ResultT = TypeVar("ResultT")
MAX_SLIPPAGE = "0.03"
FLAGS = "SELECT portfolio_id, id, flag FROM portfolio_positions WHERE status = 'open'"
REJECTIONS = """
SELECT rejection AS reason, count(*) AS count FROM trading_signals
WHERE cycle_id = %s AND rejection IS NOT NULL GROUP BY rejection
"""
COUNTS = """
SELECT ran.trades, count(signal.id) FILTER (WHERE signal.executed) AS executed
FROM cycle_portfolios AS ran LEFT JOIN trading_signals AS signal USING (portfolio_id, cycle_id)
WHERE ran.cycle_id = %s GROUP BY ran.portfolio_id, ran.cycle_id
"""
COMPLETE = """
SELECT batch_id, market_id FROM market_snapshots JOIN market_batches USING (batch_id)
WHERE status = 'complete' AND batch_id <> ALL (%s::bigint[])
"""
PAST = """
INSERT INTO market_hours (market_id, hour, observed_at, mark)
SELECT market_id, hour, hour, CASE WHEN n %% 2 = 0 THEN 0.58 ELSE 0.62 END
FROM unnest(%s::text[]) AS market_id, generate_series(1, 6) AS n,
    LATERAL (SELECT %s - n * interval '1 hour' AS hour) AS at
"""

Kills = Mapping[str, int]
"""At which statement each step is killed; the others are left alone."""
NO_KILLS: Kills = {}


class Driven:
    """A world, what its exchange shows, and the witness of all that happens in it."""

    def __init__(self, database_url: str, world: World, killer: Killer) -> None:
        self.world = world
        self.killer = killer
        self.census: Counter[str] = Counter()
        self._observer = psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        self._keys = 0
        self.begin()

    def begin(self) -> None:
        """Everything as it was before anything happened."""
        self.world.empty()
        self.world.clock.now = NOON
        self.picture = Picture()
        self._batches: set[int] = set()
        self.witness = Witness(self.rows, F(MAX_SLIPPAGE), census=self.census)
        self._observer.execute(PAST, [list(MARKETS), NOON])

    def close(self) -> None:
        self._observer.close()

    def rows(self, query: Any, *values: Any) -> list[dict[str, Any]]:
        return self._observer.execute(query, values).fetchall()

    @property
    def books(self) -> dict[int, Book]:
        return self.witness.books

    def create(
        self, strategy_type: str, balance: str, limits: Limits, configuration: Mapping[str, Any]
    ) -> None:
        name = f"{strategy_type} {len(self.books)}"
        portfolio_id = self.world.portfolio(
            name, balance=balance, limits=limits, strategy_type=strategy_type, **configuration
        )
        loss, profit = (
            configuration.get(f"{trigger}_percentage") for trigger in ("stop_loss", "take_profit")
        )
        cooldown = timedelta(hours=float(configuration["cooldown_hours"]))
        self.witness.stops[portfolio_id] = Stops(loss and F(loss), profit and F(profit), cooldown)
        self.books[portfolio_id] = Book(F(balance))

    # Steps

    def open_cycle(self, kills: Kills = NO_KILLS) -> int:
        self.world.clock.pass_time(minutes=7)
        request = {"action": "open", "execution_name": self._key(), "request": {"kind": "api"}}
        opened = self._run("open", lambda: self._cycle(**request), kills)
        return int(opened.cycle_id or 0)

    def filter(self, cycle_id: int, kills: Kills = NO_KILLS) -> list[PortfolioId]:
        self.picture.put_into(self.world.exchange)
        done = self._run("filter", lambda: self.world.filter(cycle_id), kills)
        self._publish(self.picture.shown, self.world.clock.now)
        self.witness.decide_on(self.picture.shown, self.world.clock.now)
        return done.portfolio_ids

    def signal(self, cycle_id: int, owner: PortfolioId, kills: Kills = NO_KILLS) -> bool:
        """Whether the portfolio goes on with the cycle."""
        done = self._run("signal", lambda: self.world.signal(cycle_id, owner), kills)
        self.census[f"signal: {done.status}"] += 1
        return done.status != "skipped"

    def execute(self, cycle_id: int, owner: PortfolioId, kills: Kills = NO_KILLS) -> None:
        self._run("execute", lambda: self.world.execute(cycle_id, owner), kills)
        self.witness.look()

    def snapshot(self, cycle_id: int, owner: PortfolioId, kills: Kills = NO_KILLS) -> None:
        done = self._run("snapshot", lambda: self.world.snapshot(cycle_id, owner), kills)
        assert F(done.equity) == self.books[owner].cash + self.books[owner].value(
            self.witness.marks
        )

    def is_refused(self, cycle_id: int, owner: PortfolioId) -> bool:
        """Whether the cycle lost the portfolio, so that no step of its does anything."""
        try:
            self.world.execute(cycle_id, owner)
        except ClaimLost:
            self.census["claims lost to another cycle"] += 1
            return True
        return False

    def fail(self, cycle_id: int, owner: PortfolioId) -> None:
        """The state machine gave up on the portfolio."""
        error = {"Error": "DatabaseUnavailable", "Cause": "killed too often"}
        self._cycle(action="record_failure", cycle_id=cycle_id, portfolio_id=owner, error=error)
        self.census["portfolios given up in a cycle"] += 1

    def close_cycle(self, cycle_id: int, kills: Kills = NO_KILLS) -> None:
        self._run("close", lambda: self._cycle(action="close", cycle_id=cycle_id), kills)
        for row in self.rows(REJECTIONS, cycle_id):
            self.census[f"rejected: {row['reason']}"] += row["count"]
        for row in self.rows(COUNTS, cycle_id):
            assert row["trades"] == row["executed"], "the cycle's result forgot trades"

    def update_prices(self, kills: Kills = NO_KILLS) -> None:
        self._update_prices(lambda: self._run("update", self.world.update_prices, kills))

    def update_prices_overtaken(self, change: Callable[[], None]) -> None:
        """Prices change and are updated while an update waits for its own, older answers."""

        def overtake() -> None:
            self.world.exchange.while_answering = lambda: None
            change()
            self.update_prices()
            self.world.clock.pass_time(minutes=1)

        self.world.exchange.while_answering = overtake
        self._update_prices(self.world.update_prices)
        self.census["updates overtaken by a newer one"] += 1

    def _update_prices(self, update: Callable[[], object]) -> None:
        self.world.clock.pass_time(minutes=5)
        self.picture.put_into(self.world.exchange)
        shown, asked_at = dict(self.picture.shown), self.world.clock.now
        update()
        names = self._publish(shown, asked_at)
        self.witness.look()
        self.witness.nothing_is_due(names)
        self._check_equity_points()
        self._check_flags()

    # What users do

    def close_by_hand(
        self, owner: PortfolioId, position: int, shares: D | None, kills: Kills = NO_KILLS
    ) -> None:
        """Not idempotent: a user whose request died looks before he asks again."""

        def close() -> None:
            with self.world.context.database.transaction() as session:
                order = self.world.hand_order()
                closing.close_position(session, owner, position, shares, order)

        if "manual" not in kills or self._is_killed("manual", close, kills):
            close()
        self.witness.look()

    def deposit(self, owner: PortfolioId, cents: int, kills: Kills = NO_KILLS) -> None:
        self._move_cash(cash.deposit, "deposit", owner, cents, kills)
        self.books[owner].flow(F(cents, 100))

    def withdraw(self, owner: PortfolioId, cents: int, kills: Kills = NO_KILLS) -> None:
        self._move_cash(cash.withdraw, "withdraw", owner, cents, kills)
        self.books[owner].flow(F(-cents, 100))

    def transfer(
        self, giver: PortfolioId, taker: PortfolioId, cents: int, kills: Kills = NO_KILLS
    ) -> None:
        wanted = Transfer(
            from_id=giver, to_id=taker, amount=D(cents) / 100, key=self._key(), reason=None
        )

        def move() -> None:
            with self.world.context.database.transaction() as session:
                cash.transfer(session, wanted, self.world.clock.now)

        self._run("transfer", move, kills)
        self.books[giver].flow(F(-cents, 100))
        self.books[taker].flow(F(cents, 100))

    def set_status(self, owner: PortfolioId, status: str, kills: Kills = NO_KILLS) -> None:
        wanted = PortfolioChange(status=PortfolioStatus(status))

        def change() -> None:
            with self.world.context.database.transaction() as session:
                order = self.world.hand_order()
                portfolio_management.change(session, owner, wanted, order)

        self._run("status", change, kills)
        self.census[f"status: {status}"] += 1

    # What must hold

    def breaks(self) -> list[Any]:
        """The broken invariants, as the daily step finds them."""
        request = MaintenanceRequest(tasks=frozenset({Task.RECONCILE}))
        return list(maintenance.run(request, self.world.context).breaks)

    def _check_equity_points(self) -> None:
        now = self.world.clock.now
        quotes = {name: quote_of(name, market) for name, market in self.witness.latest.items()}
        for row in self.rows("SELECT * FROM portfolio_equity WHERE timestamp = %s", now):
            book = self.books[row["portfolio_id"]]
            assert F(row["equity"]) == book.cash + book.value(self.witness.marks)
            assert F(row["equity_at_bid"]) == book.cash + book.value_at_bid(quotes)
            assert row["open_positions"] == len(book.lots)

    def _check_flags(self) -> None:
        """Open positions say whether their market is in no answer, disputed or oddly resolved."""
        for row in self.rows(FLAGS):
            name = self.books[row["portfolio_id"]].lots[row["id"]].market
            end = self.witness.latest[name].end
            expected = None if end is None else "odd_resolution"
            if end == "disputed":
                expected = "disputed"
            if name in self.picture.gone:
                expected = "not_listed"
            assert row["flag"] == expected
            self.census[f"flagged: {expected}"] += expected is not None

    def _publish(self, picture: Mapping[str, Shown], seen_at: datetime) -> set[str]:
        """The markets of the batches that became complete: a step that ran twice made two."""
        found = self.rows(COMPLETE, list(self._batches))
        self._batches |= {row["batch_id"] for row in found}
        names = {row["market_id"] for row in found}
        self.witness.publish({name: picture[name] for name in names}, seen_at)
        return names

    def _move_cash(
        self, move: Any, name: str, owner: PortfolioId, cents: int, kills: Kills
    ) -> None:
        key = self._key()

        def moved() -> None:
            with self.world.context.database.transaction() as session:
                move(session, owner, D(cents) / 100, key, self.world.clock.now)

        self._run(name, moved, kills)

    def _run(self, name: str, step: Callable[[], ResultT], kills: Kills) -> ResultT:
        if name in kills:
            self._is_killed(name, step, kills)
        return step()

    def _is_killed(self, name: str, step: Callable[[], Any], kills: Kills) -> bool:
        hit = self.killer.kills(step, kills[name])
        self.census[f"{'killed' if hit else 'run twice'}: {name}"] += 1
        return hit

    def _cycle(self, **request: Any) -> cycle.CycleResult:
        return cycle.run(cycle.CycleRequest.model_validate(request), self.world.context)

    def _key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"
