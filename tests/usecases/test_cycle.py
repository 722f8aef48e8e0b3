"""Opening, failing and closing a cycle."""

import pytest
from pydantic import ValidationError

from prescient.core.errors import InvalidRequest, PortfolioNotActive, PortfolioNotFound
from prescient.core.portfolio.portfolios import PortfolioId
from prescient.store.cycles import LONGEST_REASON
from prescient.usecases import cycle
from tests.world import World


def open_named(world: World, name: str, **request: object) -> int | None:
    asked = {"action": "open", "execution_name": name, "request": request}
    return cycle.run(cycle.CycleRequest.model_validate(asked), world.context).cycle_id


def test_a_repeated_execution_finds_its_cycle(world: World) -> None:
    assert open_named(world, "a", kind="api") == open_named(world, "a", kind="api")
    assert open_named(world, "b", kind="api") != open_named(world, "a", kind="api")


def test_a_schedule_that_fires_twice_opens_one_cycle(world: World) -> None:
    moments = [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T00:30:00.000-11:30",
    ]
    opened = {open_named(world, f"at {at}", scheduled_at=at) for at in moments}
    assert len(opened) == 1
    key = world.row("SELECT cycle_key FROM trading_cycles")
    assert key == {"cycle_key": "scheduled:2026-03-01T12:00:00+00:00"}


def test_a_scheduled_time_without_its_zone_is_refused_by_name(world: World) -> None:
    with pytest.raises(ValidationError, match=r"request\.scheduled_at\n.*timezone"):
        open_named(world, "a", scheduled_at="2026-03-01T12:00:00")


def test_unknown_and_paused_portfolios_are_refused_before_anything_is_written(world: World) -> None:
    paused = world.portfolio()
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    with pytest.raises(PortfolioNotFound, match="portfolio_id: no portfolio 99 exists"):
        world.open_cycle(portfolio_ids=[99])
    with pytest.raises(PortfolioNotActive, match=f"portfolio {paused} is paused, not active"):
        world.open_cycle(portfolio_ids=[paused])
    assert world.rows("SELECT * FROM trading_cycles") == []


def test_a_failure_is_recorded_for_its_chunk_alone(world: World) -> None:
    first, second = world.portfolio("a"), world.portfolio("b")
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    world.signal(cycle_id, first)
    request = {
        "action": "record_failure",
        "cycle_id": cycle_id,
        "portfolio_ids": [first],
        "error": {"Error": "Broken", "Cause": "by hand"},
    }
    cycle.run(cycle.CycleRequest.model_validate(request), world.context)
    rows = world.rows("SELECT portfolio_id, status, reason FROM cycle_portfolios ORDER BY 1")
    assert [(row["portfolio_id"], row["status"], row["reason"]) for row in rows] == [
        (first, "failed", "Broken: by hand"),
        (second, "pending", None),
    ]


def test_closing_fails_what_never_finished(world: World) -> None:
    world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    assert world.close(cycle_id).status == "completed"
    assert world.row("SELECT status FROM cycle_portfolios")["status"] == "failed"


def test_closing_twice_keeps_the_first_end(world: World) -> None:
    cycle_id = world.open_cycle()
    failed = world.close(cycle_id, error={"Error": "ExchangeUnavailable", "Cause": "HTML"})
    assert failed.status == "failed"
    assert world.close(cycle_id).status == "failed"
    assert world.row("SELECT error FROM trading_cycles")["error"] == "ExchangeUnavailable: HTML"


@pytest.mark.parametrize("action", ["close", "record_failure"])
def test_a_missing_field_is_named(world: World, action: str) -> None:
    with pytest.raises(InvalidRequest, match=f"cycle_id: {action} needs it"):
        cycle.run(cycle.CycleRequest.model_validate({"action": action}), world.context)


def test_a_failure_without_its_portfolios_is_refused(world: World) -> None:
    request = {"action": "record_failure", "cycle_id": world.open_cycle()}
    with pytest.raises(InvalidRequest, match="portfolio_ids: record_failure needs them"):
        cycle.run(cycle.CycleRequest.model_validate(request), world.context)


def test_an_error_may_say_what_no_text_column_holds(world: World) -> None:
    """A user's own strategy raises what it likes."""
    portfolio_id = world.portfolio()
    cycle_id = world.open_cycle()
    world.filter(cycle_id)
    error = {"Error": "StrategyFailed", "Cause": "a\0b\ud800c" + "!" * 5000}
    request = {
        "action": "record_failure", "cycle_id": cycle_id, "portfolio_ids": [portfolio_id],
        "error": error,
    }  # fmt: skip
    cycle.run(cycle.CycleRequest.model_validate(request), world.context)
    reason = world.row("SELECT reason FROM cycle_portfolios")["reason"]
    assert reason.startswith("StrategyFailed: a?b?c!")
    assert len(reason) == LONGEST_REASON
    assert world.close(cycle_id, error=error).status == "failed"


def test_a_portfolio_id_that_the_cycle_never_admitted_is_no_failure_of_it(world: World) -> None:
    cycle_id = world.open_cycle()
    request = {"action": "record_failure", "cycle_id": cycle_id, "portfolio_ids": [PortfolioId(5)]}
    cycle.run(cycle.CycleRequest.model_validate(request), world.context)
    assert world.rows("SELECT * FROM cycle_portfolios") == []


def test_a_cycle_that_is_open_is_found_again_whatever_became_of_its_portfolio(world: World) -> None:
    portfolio_id = world.portfolio()
    first = open_named(world, "a", kind="api", portfolio_ids=[portfolio_id])
    world.rows("UPDATE portfolios SET status = 'paused' RETURNING 1")
    assert open_named(world, "a", kind="api", portfolio_ids=[portfolio_id]) == first


def test_an_error_of_lambda_is_kept_without_its_stack_trace(world: World) -> None:
    cause = '{"errorMessage": "answered HTML", "errorType": "E", "stackTrace": ["line 1"]}'
    cycle_id = world.open_cycle()
    world.close(cycle_id, error={"Error": "ExchangeUnavailable", "Cause": cause})
    row = world.row("SELECT error FROM trading_cycles")
    assert row["error"] == "ExchangeUnavailable: answered HTML"
