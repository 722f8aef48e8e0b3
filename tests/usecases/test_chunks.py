"""A chunk of portfolios: each one for itself, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from prescient.core.deciding.thresholds import Thresholds
from prescient.core.errors import (
    ChunkAstray,
    ChunkUnfinished,
    DatabaseUnavailable,
    DeadlockDetected,
)
from prescient.core.market.markets import MarketId
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.core.strategies import registry
from prescient.core.strategies.candidates import Candidate
from prescient.runtime.login import as_user
from prescient.store import candidates, roles, turns
from prescient.store.database import Database, Session
from prescient.store.turns import Decided
from prescient.usecases import execute, signal, snapshot
from prescient.usecases.support.chunks import LAST_ATTEMPT, ChunkRequest, run_together
from prescient.usecases.support.portfolio_step import PortfolioStepResult
from tests.builders import event
from tests.sequences.killing import Killer, killer_installed
from tests.world import StepModule, World, several

STEPS: tuple[StepModule, ...] = (signal, execute, snapshot)
PARTS = "SELECT portfolio_id, status, reason, signals, trades FROM cycle_portfolios ORDER BY 1"
HELD = "SELECT market_id FROM portfolio_positions WHERE portfolio_id = %s"
SURROGATES = {"id", "position_id", "signal_id", "created_at"}


def enrolled(world: World, count: int, markets: int = 2) -> tuple[int, list[PortfolioId]]:
    """A cycle that waits for its chunk."""
    world.exchange.events = [event(*several(markets))]
    owners = [world.portfolio(f"p{place}") for place in range(count)]
    cycle_id = world.open_cycle()
    assert [*world.filter(cycle_id).chunks] == [owners]
    return cycle_id, owners


def statuses(world: World) -> list[str]:
    return [row["status"] for row in world.rows(PARTS)]


def test_a_chunk_goes_through_all_steps(world: World) -> None:
    cycle_id, owners = enrolled(world, 3)
    for step in STEPS:
        done = world.step_of_chunk(step, cycle_id, owners)
        assert (done.portfolio_ids, done.failed) == (owners, 0)
    assert [(row["status"], row["trades"]) for row in world.rows(PARTS)] == [("completed", 2)] * 3
    assert world.breaks() == []


def test_filter_divides_the_portfolios(world: World) -> None:
    owners = [world.portfolio(f"p{place}") for place in range(5)]
    world.context = replace(world.context, portfolios_per_chunk=2)
    found = world.filter(world.open_cycle())
    assert (found.chunks, found.portfolios) == ([owners[:2], owners[2:4], owners[4:]], 5)


def test_of_twenty_a_poisoned_one_fails_alone_with_its_error(world: World) -> None:
    cycle_id, owners = enrolled(world, 20)
    poisoned = owners[6]
    world.rows(
        """UPDATE portfolios SET strategy_config = '{"min_confidence": 7}'
        WHERE portfolio_id = %s RETURNING 1""",
        poisoned,
    )
    decided = world.step_of_chunk(signal, cycle_id, owners)
    assert decided.portfolio_ids == [owner for owner in owners if owner != poisoned]
    assert decided.failed == 1
    for step in (execute, snapshot):
        decided = world.step_of_chunk(step, cycle_id, decided.portfolio_ids)
    parts = {row["portfolio_id"]: row for row in world.rows(PARTS)}
    assert parts[poisoned]["status"] == "failed"
    assert parts[poisoned]["reason"].startswith("InvalidRequest: strategy_config.min_confidence")
    del parts[poisoned]
    assert {(row["status"], row["trades"]) for row in parts.values()} == {("completed", 2)}
    assert world.breaks() == []


def test_any_error_at_all_is_its_portfolios_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id, owners = enrolled(world, 3)
    world.step_of_chunk(signal, cycle_id, owners)
    with failing(monkeypatch, owners[1], KeyError("a bug")):
        done = world.step_of_chunk(execute, cycle_id, owners)
    assert (done.portfolio_ids, done.failed) == ([owners[0], owners[2]], 1)
    failed = world.rows(PARTS)[1]
    assert (failed["status"], failed["reason"]) == ("failed", "KeyError: 'a bug'")
    assert world.row("SELECT count(*) AS n FROM trades")["n"] == 4
    assert world.breaks() == []


def test_who_was_skipped_takes_no_further_step(world: World) -> None:
    cycle_id, owners = enrolled(world, 3)
    world.rows("UPDATE portfolios SET status = 'paused' WHERE portfolio_id = 2 RETURNING 1")
    done = world.step_of_chunk(signal, cycle_id, owners)
    assert (done.portfolio_ids, done.failed) == ([owners[0], owners[2]], 0)
    # Were it asked for all the same, it would stay what it is.
    again = world.step_of_chunk(execute, cycle_id, owners)
    assert (again.portfolio_ids, again.failed) == ([owners[0], owners[2]], 0)
    assert statuses(world) == ["running", "skipped", "running"]


def test_a_transient_error_in_the_middle_repeats_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id, owners = enrolled(world, 3)
    world.step_of_chunk(signal, cycle_id, owners)
    monkeypatch.setattr(execute, "MOST_ORDERS", 2)  # so that each has a transaction
    deadlock = DeadlockDetected("with another turn")
    with failing(monkeypatch, owners[1], deadlock), pytest.raises(DeadlockDetected):
        world.step_of_chunk(execute, cycle_id, owners)
    before = rows_of(world, owners[0])
    assert len(before["trades"]) == 2
    world.clock.pass_time(seconds=1)
    done = world.step_of_chunk(execute, cycle_id, owners, attempt=1)
    assert (done.portfolio_ids, done.failed) == (owners, 0)
    assert rows_of(world, owners[0]) == before
    assert statuses(world) == ["running"] * 3
    assert world.breaks() == []


def test_what_another_transaction_holds_to_the_last_attempt_fails_alone(
    database_url: str,
) -> None:
    database = Database(as_user(database_url, roles.PORTFOLIO), statement_timeout=1)
    with World(database_url) as world, psycopg.connect(database_url) as holder:
        cycle_id, owners = enrolled(world, 3)
        world.portfolio_context = replace(world.portfolio_context, database=database)
        holder.execute("SELECT 1 FROM portfolios WHERE portfolio_id = 2 FOR UPDATE")
        with pytest.raises(DatabaseUnavailable):
            world.step_of_chunk(signal, cycle_id, owners)
        assert statuses(world) == ["running", "pending", "pending"]
        done = world.step_of_chunk(signal, cycle_id, owners, attempt=LAST_ATTEMPT)
        assert (done.portfolio_ids, done.failed) == ([owners[0], owners[2]], 1)
        assert world.rows(PARTS)[1]["reason"].startswith("DatabaseUnavailable: Postgres took")


def test_a_chunk_stops_in_time_and_goes_on_where_it_stopped(world: World) -> None:
    cycle_id, owners = enrolled(world, 5)
    seconds = iter([40.0, 20.0, 14.9])  # asked before the second, the third and the fourth
    hurried = replace(world.portfolio_context, seconds_left=lambda: next(seconds))
    request = ChunkRequest(cycle_id=cycle_id, portfolio_ids=owners)
    with pytest.raises(ChunkUnfinished, match="no time for 2 more portfolios"):
        signal.run_chunk(request, hurried)
    assert statuses(world) == ["running"] * 3 + ["pending"] * 2
    world.rows(
        """UPDATE portfolios SET strategy_config = '{"min_confidence": 0.99}'
        WHERE portfolio_id = 1 RETURNING 1"""
    )
    before = world.rows(PARTS)[0]
    assert world.step_of_chunk(signal, cycle_id, owners).portfolio_ids == owners
    assert world.rows(PARTS)[0] == before, "what is decided is decided"
    assert statuses(world) == ["running"] * 5


@pytest.mark.timeout(10)
@pytest.mark.parametrize("told", [[], [3], [1, 3]])
def test_outcomes_that_lead_nowhere_are_refused(world: World, told: list[int]) -> None:
    """Were none told, the chunk would go on for ever."""
    outcomes = {PortfolioId(portfolio_id): PortfolioStepResult() for portfolio_id in told}
    request = ChunkRequest(cycle_id=1, portfolio_ids=[PortfolioId(1), PortfolioId(2)])
    with pytest.raises(ChunkAstray, match=r"of the portfolios \[1, 2\] the step told"):
        run_together(request, world.portfolio_context, lambda _: outcomes, execute.run)


def test_outcomes_come_in_any_order(world: World) -> None:
    request = ChunkRequest(cycle_id=1, portfolio_ids=[PortfolioId(n) for n in (1, 2, 3)])
    asked = list[Sequence[PortfolioId]]()

    def last(left: Sequence[PortfolioId]) -> dict[PortfolioId, PortfolioStepResult | Exception]:
        asked.append(left)
        return {left[-1]: PortfolioStepResult()}

    done = run_together(request, world.portfolio_context, last, execute.run)
    assert (done.portfolio_ids, asked) == ([3, 2, 1], [[1, 2, 3], [1, 2], [1]])


def test_what_is_the_same_for_all_is_read_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the markets that portfolios hold, of which the second one holds two more."""
    cycle_id, owners = enrolled(world, 3, markets=4)
    world.rows("UPDATE portfolios SET max_positions = 2 WHERE portfolio_id = 1 RETURNING 1")
    for step in STEPS:
        world.step_of_chunk(step, cycle_id, owners)
    world.clock.pass_time(hours=1)
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    read: list[Sequence[str] | None] = []
    load = candidates.load

    def counted(
        session: Session,
        batch_id: int,
        thresholds: Thresholds,
        ids: Sequence[MarketId] | None = None,
    ) -> list[Candidate]:
        read.append(ids and sorted(ids))
        return load(session, batch_id, thresholds, ids)

    monkeypatch.setattr(candidates, "load", counted)
    monkeypatch.setattr(registry, "sells", lambda _: True)
    world.step_of_chunk(signal, cycle_id, owners)
    held = [{row["market_id"] for row in world.rows(HELD, owner)} for owner in owners]
    assert [len(market_ids) for market_ids in held] == [2, 4, 4]
    assert read == [None, sorted(held[0]), sorted(held[1] - held[0])]


def test_no_strategy_can_change_what_the_next_portfolio_sees(world: World) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    batch_id = world.filter(cycle_id).batch_id
    with world.context.database.transaction() as session:
        (shown,) = candidates.load(session, batch_id, Thresholds())
    for kept in (shown.features, shown.books):
        with pytest.raises(TypeError):
            kept[24] = None  # type: ignore[index]


def test_a_chunk_killed_at_every_statement_ends_as_an_undisturbed_one(database_url: str) -> None:
    with World(database_url) as world:
        world.run_chunk(*enrolled(world, 2))
        undisturbed = stored(world)
        world.empty()
    with killer_installed() as killer, World(database_url) as world:
        cycle_id, owners = enrolled(world, 2)
        kills = [_killed_everywhere(world, killer, step, cycle_id, owners) for step in STEPS]
        assert min(kills) > 2 * 4, kills
        assert stored(world) == undisturbed
        assert world.breaks() == []


def _killed_everywhere(
    world: World, killer: Killer, step: StepModule, cycle_id: int, owners: Sequence[PortfolioId]
) -> int:
    statement = 0
    while killer.kills(lambda: world.step_of_chunk(step, cycle_id, owners), statement):
        statement += 1
    return statement


def test_chunks_of_two_cycles_that_race_run_each_portfolio_once(database_url: str) -> None:
    with World(database_url) as first, World(database_url) as second:
        cycle_id, owners = enrolled(first, 6)
        other_id = first.open_cycle()
        first.filter(other_id)
        with ThreadPoolExecutor(2) as threads:
            decided = threads.map(
                lambda world, cycle: world.step_of_chunk(signal, cycle, owners),
                (first, second),
                (cycle_id, other_id),
            )
            ran = [done.portfolio_ids for done in decided]
        assert sorted(statuses(first)) == ["running"] * 6 + ["skipped"] * 6
        assert sorted(ran[0] + ran[1]) == owners
        for cycle, going in zip((cycle_id, other_id), ran, strict=True):
            for step in (execute, snapshot):
                assert first.step_of_chunk(step, cycle, going).portfolio_ids == going
        assert first.row("SELECT count(*) AS n FROM trades")["n"] == 6 * 2
        assert first.breaks() == []


def test_the_same_chunk_twice_at_once_trades_once(database_url: str) -> None:
    """An Express child may be run twice."""
    with World(database_url) as first, World(database_url) as second:
        cycle_id, owners = enrolled(first, 6)
        with ThreadPoolExecutor(2) as threads:
            for step in STEPS:
                done = threads.map(
                    lambda world, step=step: world.step_of_chunk(step, cycle_id, owners),
                    (first, second),
                )
                assert [found.failed for found in done] == [0, 0]
        assert statuses(first) == ["completed"] * 6
        assert first.row("SELECT count(*) AS n FROM trades")["n"] == 6 * 2
        assert first.breaks() == []


@contextmanager
def failing(
    monkeypatch: pytest.MonkeyPatch, owner: PortfolioId, error: Exception
) -> Iterator[None]:
    """A transaction fails when the results of one portfolio are being written."""
    save: Callable[..., None] = turns.save

    def fail(session: Any, cycle_id: int, decided: Sequence[Decided], now: Any) -> None:
        save(session, cycle_id, decided, now)
        if any(made.trader.portfolio_id == owner for made in decided):
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(turns, "save", fail)
        yield


def rows_of(world: World, owner: PortfolioId) -> dict[str, list[dict[str, Any]]]:
    """All rows of a portfolio, but for how long its claim holds."""
    return {
        name: [row for row in rows if row.get("portfolio_id") == owner]
        for name, rows in world.everything().items()
        if name != "cycle_portfolios"
    }


def stored(world: World) -> dict[str, list[str]]:
    """All rows without their numbers: a killed transaction leaves gaps in the sequences."""
    return {
        name: sorted(
            str({column: row[column] for column in row if column not in SURROGATES}) for row in rows
        )
        for name, rows in world.everything().items()
    }
