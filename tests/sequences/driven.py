"""The system, driven: every step may be killed at a statement, and is then run again.

A step that ends before its kill is run again as well, as when only its answer was lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction as F
from itertools import chain
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from prescient.core.errors import ClaimLost
from prescient.core.portfolio.guards import Guard
from prescient.core.portfolio.portfolios import Limits, PortfolioId
from prescient.usecases import cycle, execute, maintenance, signal, snapshot
from prescient.usecases.maintenance import MaintenanceRequest, Task
from tests.builders import NOON
from tests.sequences.exchange import MARKETS, Picture, Shown
from tests.sequences.guarding import Guards, Watch
from tests.sequences.killing import NO_KILLS, Killer, Kills
from tests.sequences.reference import Book
from tests.sequences.users import Users
from tests.sequences.witness import Stops, Witness, quote_of
from tests.world import StepModule, World

ResultT = TypeVar("ResultT")
MAX_SLIPPAGE = "0.03"
STEPS: Mapping[str, StepModule] = {"signal": signal, "execute": execute, "snapshot": snapshot}
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
EQUITIES = """
SELECT portfolio_id, equity FROM cycle_portfolios
WHERE cycle_id = %s AND portfolio_id = ANY (%s::int[])
"""
PAST = """
INSERT INTO market_hours (market_id, hour, observed_at, mark)
SELECT market_id, hour, hour, CASE WHEN n %% 2 = 0 THEN 0.58 ELSE 0.62 END
FROM unnest(%s::text[]) AS market_id, generate_series(1, 6) AS n,
    LATERAL (SELECT %s - n * interval '1 hour' AS hour) AS at
"""


class Driven:
    """A world, what its exchange shows, and the witness of all that happens in it."""

    def __init__(self, database_url: str, world: World, killer: Killer) -> None:
        self.world = world
        self.killer = killer
        self.census: Counter[str] = Counter()
        self._observer = psycopg.connect(database_url, autocommit=True, row_factory=dict_row)
        self.users = Users(self)
        self.begin()

    def begin(self) -> None:
        """Everything as it was before anything happened."""
        self.world.empty()
        self.world.clock.now = NOON
        self.picture = Picture()
        self._keys = 0
        self.users.begin()
        self._batches: set[int] = set()
        self.witness = Witness(self.rows, F(MAX_SLIPPAGE), census=self.census)
        self.guards = Guards(self.rows, self.witness.books, self.witness.marks, self.census)
        self._observer.execute(PAST, [list(MARKETS), NOON])

    def close(self) -> None:
        self.users.close()
        self._observer.close()

    def rows(self, query: Any, *values: Any) -> list[dict[str, Any]]:
        return self._observer.execute(query, values).fetchall()

    @property
    def books(self) -> dict[int, Book]:
        return self.witness.books

    def create(
        self,
        strategy_type: str,
        balance: str,
        limits: Limits,
        guard: Guard,
        configuration: Mapping[str, Any],
    ) -> None:
        name = f"{strategy_type} {len(self.books)}"
        portfolio_id = self.world.portfolio(
            name,
            balance=balance,
            limits=limits,
            guard=guard,
            strategy_type=strategy_type,
            **configuration,
        )
        loss, profit = (
            configuration.get(f"{trigger}_percentage") for trigger in ("stop_loss", "take_profit")
        )
        cooldown = timedelta(hours=float(configuration["cooldown_hours"]))
        self.witness.stops[portfolio_id] = Stops(loss and F(loss), profit and F(profit), cooldown)
        self.books[portfolio_id] = Book(F(balance))
        limit, percent = (
            None if given is None else F(given) for given in (guard.limit, guard.limit_percent)
        )
        self.guards.watches[portfolio_id] = Watch(limit, percent, F(balance))

    # Steps

    def open_cycle(self, kills: Kills = NO_KILLS) -> int:
        self.world.clock.pass_time(minutes=7)
        request = {"action": "open", "execution_name": self._key(), "request": {"kind": "api"}}
        opened = self.run("open", lambda: self._cycle(**request), kills)
        return int(opened.cycle_id or 0)

    def filter(self, cycle_id: int, kills: Kills = NO_KILLS) -> list[PortfolioId]:
        self.picture.put_into(self.world.exchange)
        done = self.run("filter", lambda: self.world.filter(cycle_id), kills)
        self._publish(self.picture.shown, self.world.clock.now)
        self.witness.decide_on(self.picture.shown, self.world.clock.now)
        self.guards.see()
        return [*chain.from_iterable(done.chunks)]

    def signal(
        self, cycle_id: int, owners: Sequence[PortfolioId], kills: Kills = NO_KILLS
    ) -> list[PortfolioId]:
        """The portfolios of the chunk that go on with the cycle."""
        going = self._step("signal", cycle_id, owners, kills)
        self.census["signal: running"] += len(going)
        self.census["signal: skipped"] += len(owners) - len(going)
        return going

    def execute(
        self, cycle_id: int, owners: Sequence[PortfolioId], kills: Kills = NO_KILLS
    ) -> None:
        assert self._step("execute", cycle_id, owners, kills) == [*owners]
        self.witness.look()
        self.guards.see()

    def snapshot(
        self, cycle_id: int, owners: Sequence[PortfolioId], kills: Kills = NO_KILLS
    ) -> None:
        self.guards.nothing_paused()
        assert self._step("snapshot", cycle_id, owners, kills) == [*owners]
        for row in self.rows(EQUITIES, cycle_id, list(owners)):
            book = self.books[row["portfolio_id"]]
            assert F(row["equity"] or 0) == book.cash + book.value(self.witness.marks)
        self.guards.recorded(*owners)

    def _step(
        self, name: str, cycle_id: int, owners: Sequence[PortfolioId], kills: Kills
    ) -> list[PortfolioId]:
        done = self.run(
            name, lambda: self.world.step_of_chunk(STEPS[name], cycle_id, owners), kills
        )
        assert done.failed == 0, self.rows("SELECT * FROM cycle_portfolios WHERE reason <> ''")
        return done.portfolio_ids

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
        self._cycle(action="record_failure", cycle_id=cycle_id, portfolio_ids=[owner], error=error)
        self.census["portfolios given up in a cycle"] += 1

    def close_cycle(self, cycle_id: int, kills: Kills = NO_KILLS) -> None:
        self.run("close", lambda: self._cycle(action="close", cycle_id=cycle_id), kills)
        for row in self.rows(REJECTIONS, cycle_id):
            self.census[f"rejected: {row['reason']}"] += row["count"]
        for row in self.rows(COUNTS, cycle_id):
            assert row["trades"] == row["executed"], "the cycle's result forgot trades"

    def update_prices(self, kills: Kills = NO_KILLS) -> None:
        self._update_prices(lambda: self.run("update", self.world.update_prices, kills))

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
        self.guards.nothing_paused()
        update()
        names = self._publish(shown, asked_at)
        self.witness.look()
        self.witness.nothing_is_due(names)
        self.guards.recorded(*self.books)
        self._check_equity_points()
        self._check_flags()

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
        """Open positions say why they are not marked or paid as others are."""
        for row in self.rows(FLAGS):
            lot = self.books[row["portfolio_id"]].lots[row["id"]]
            expected = self.witness.latest[lot.market].flag
            if lot.market in self.picture.gone:
                expected = "not_listed"
            if not self.witness.is_own(lot):
                expected = "identity_changed"
            assert row["flag"] == expected
            if expected is not None:
                self.census[f"flagged: {expected}"] += 1

    def _publish(self, picture: Mapping[str, Shown], seen_at: datetime) -> set[str]:
        """The markets of the batches that became complete: a step that ran twice made two."""
        found = self.rows(COMPLETE, list(self._batches))
        self._batches |= {row["batch_id"] for row in found}
        names = {row["market_id"] for row in found}
        self.witness.publish({name: picture[name] for name in names}, seen_at)
        return names

    def run(self, name: str, step: Callable[[], ResultT], kills: Kills) -> ResultT:
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
