"""No cycle stays `running` that nothing runs; none that something runs is closed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from prescient.core.errors import ClaimLost, StateMachineUnavailable
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store import cycles
from prescient.usecases import sweep
from prescient.usecases.maintenance import MaintenanceRequest, Task
from prescient.usecases.maintenance import run as maintain
from tests.world import World

FIRST, SECOND = PortfolioId(1), PortfolioId(2)


@dataclass
class StandInExecutions:
    """Knows which executions run, unless it cannot be reached."""

    running: set[str] = field(default_factory=set)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    def is_running(self, name: str) -> bool:
        self.asked.append(name)
        if self.is_down:
            raise StateMachineUnavailable("no answer")
        return name in self.running


@pytest.fixture
def executions(world: World) -> StandInExecutions:
    made = StandInExecutions()
    world.context = replace(world.context, executions=made)
    return made


def status(world: World) -> tuple[str, str | None]:
    row = world.row("SELECT status, error FROM trading_cycles")
    return row["status"], row["error"]


def parts(world: World) -> list[str]:
    rows = world.rows("SELECT status FROM cycle_portfolios ORDER BY portfolio_id")
    return [row["status"] for row in rows]


@pytest.mark.usefixtures("executions")
def test_a_cycle_whose_execution_died_is_closed_and_its_portfolios_are_named(world: World) -> None:
    world.portfolio("one")
    world.portfolio("two")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.signal(cycle_id, FIRST)
    world.clock.pass_time(minutes=15)
    [swept] = sweep.run(world.context)
    assert (swept.cycle_id, swept.portfolio_ids) == (cycle_id, [FIRST, SECOND])
    reason = "CycleAbandoned: its execution ended, or never began, without closing it"
    assert (status(world), parts(world)) == (("failed", reason), ["failed", "failed"])
    assert sweep.run(world.context) == []
    with pytest.raises(ClaimLost):
        world.execute(cycle_id, FIRST)
    assert world.breaks() == []


def test_a_live_execution_is_left_alone_however_slow_it_is(
    world: World, executions: StandInExecutions
) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    executions.running.add("execution-1")
    world.clock.pass_time(days=3)
    assert sweep.run(world.context) == []
    assert world.filter(cycle_id).chunks == [[FIRST]]
    world.clock.pass_time(hours=1)
    assert sweep.run(world.context) == []
    assert parts(world) == ["pending"]


def test_an_execution_has_as_long_to_begin_as_a_claim_holds(
    world: World, executions: StandInExecutions
) -> None:
    world.open_cycle()
    world.clock.pass_time(seconds=cycles.LEASE.total_seconds() - 1)
    assert (sweep.run(world.context), executions.asked) == ([], [])
    world.clock.pass_time(seconds=1)
    assert len(sweep.run(world.context)) == 1


def test_a_claim_that_holds_keeps_its_cycle(world: World, executions: StandInExecutions) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.clock.pass_time(minutes=14)
    world.signal(cycle_id, FIRST)
    world.clock.pass_time(minutes=14)
    assert (sweep.run(world.context), executions.asked) == ([], [])
    world.clock.pass_time(minutes=1)
    assert len(sweep.run(world.context)) == 1


def test_silence_of_step_functions_is_no_death_until_a_day_has_passed(
    world: World, executions: StandInExecutions
) -> None:
    executions.is_down = True
    world.open_cycle()
    world.open_cycle()
    world.clock.pass_time(hours=24)
    assert sweep.run(world.context) == []
    assert executions.asked == ["execution-1"]  # the second would wait for nothing
    world.clock.pass_time(seconds=1)
    assert [swept.cycle_id for swept in sweep.run(world.context)] == [1, 2]


def test_a_cycle_by_hand_has_an_hour_for_its_steps(
    world: World, executions: StandInExecutions
) -> None:
    world.portfolio("one")
    world.portfolio("two")
    cycle_id = world.open_cycle(kind="manual")
    world.filter(cycle_id)
    world.signal(cycle_id, FIRST)
    world.execute(cycle_id, FIRST)
    world.snapshot(cycle_id, FIRST)
    world.clock.pass_time(hours=1)
    assert sweep.run(world.context) == []
    world.clock.pass_time(seconds=1)
    [swept] = sweep.run(world.context)
    assert (swept.portfolio_ids, executions.asked) == ([SECOND], [])
    assert (status(world)[0], parts(world)) == ("failed", ["completed", "failed"])
    assert "not all of its steps were run" in swept.reason


@pytest.mark.usefixtures("executions")
def test_a_cycle_by_hand_of_which_every_part_ended_is_complete(world: World) -> None:
    cycle_id = world.open_cycle(kind="manual")
    world.filter(cycle_id)  # of no portfolio: no snapshot will close it
    world.clock.pass_time(hours=2)
    assert sweep.run(world.context) == []
    assert status(world) == ("completed", None)


@pytest.mark.usefixtures("executions")
def test_a_step_that_claims_meanwhile_keeps_its_portfolio_and_the_cycle(world: World) -> None:
    """The sweep has found the cycle, and waits for the row that the step is about to claim."""
    world.portfolio("one")
    world.portfolio("two")
    cycle_id = world.open_cycle(kind="manual")
    world.filter(cycle_id)
    world.clock.pass_time(hours=2)
    swept: list[sweep.AbandonedCycle] = []
    thread = threading.Thread(target=lambda: swept.extend(sweep.run(world.context)))
    with world.portfolio_context.database.transaction(FIRST) as session:
        assert cycles.send_claim(session, cycle_id, FIRST, world.clock.now).get() is None
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while not world.row(waiting)["count"]:
            pass
    thread.join()
    assert [row.portfolio_ids for row in swept] == [[SECOND]]
    assert (status(world)[0], parts(world)) == ("running", ["running", "failed"])
    world.execute(cycle_id, FIRST)
    world.snapshot(cycle_id, FIRST)
    world.clock.pass_time(hours=1)
    sweep.run(world.context)
    assert (status(world)[0], parts(world)) == ("completed", ["completed", "failed"])


@pytest.mark.usefixtures("executions")
def test_two_sweeps_at_once_report_a_cycle_once(world: World) -> None:
    world.portfolio()
    world.filter(world.open_cycle())
    world.clock.pass_time(hours=1)
    other = World(world.database_url)
    other.clock.now = world.clock.now
    other.context = replace(other.context, executions=StandInExecutions())
    found: list[sweep.AbandonedCycle] = []
    threads = [
        threading.Thread(target=lambda context=context: found.extend(sweep.run(context)))
        for context in (world.context, other.context)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.disconnect()
    assert len(found) == 1


@pytest.mark.usefixtures("executions")
def test_price_updates_sweep_what_is_recent_and_maintenance_all(world: World) -> None:
    world.open_cycle()
    world.clock.pass_time(days=3)
    world.open_cycle()
    world.clock.pass_time(minutes=20)
    assert [swept.cycle_id for swept in world.update_prices().abandoned or []] == [2]
    done = maintain(MaintenanceRequest(tasks=frozenset({Task.SWEEP})), world.context)
    assert [swept.cycle_id for swept in done.abandoned] == [1]
